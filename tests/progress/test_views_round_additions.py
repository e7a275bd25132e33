"""追加公表 at the desk: exceptions that were accepted since are looked over and published, singly or together."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import Department, User
from progress import workflow
from progress.actions.evaluations import perform
from progress.actions.publication import publish
from progress.actions.rounds import set_exceptions
from progress.enums import MailKind, Status
from progress.models import Correction, Evaluation, OutboxMail, Publication, Round, ScaleEntry
from tests.factories import UserFactory
from tests.plan.reading import main_of, part
from tests.progress.factories import bring_to, opened, published_with_an_exception
from tests.progress.pages import messages_of, table_rows

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PAGE = "/desk/rounds/2016/corrections/"
MANY = f"{PAGE}late/"
REASON = "決算が確定したため"
NOTHING_CHOSEN = "追加で公表する調書を選んでください。「追加で公表できる調書」の表で選びます。"


@pytest.fixture
def round_(division: Department, liaison: User, manager: User, ict_staff: User) -> Round:
    return published_with_an_exception(division, liaison=liaison, manager=manager, staff=ict_staff)


def test_an_exception_is_published_once_it_is_accepted(
    client_of: ClientOf, liaison: User, manager: User, ict_staff: User, round_: Round
) -> None:
    client = client_of(ict_staff)
    excused = round_.evaluations.exclude(status=Status.PUBLISHED).get()
    address = f"{PAGE}late/{excused.pk}/"
    assert "確認が済むと、追加で公表できます。" in messages_of(client.get(address, follow=True))[0]
    bring_to(Status.ACCEPTED, excused, liaison=liaison, manager=manager, staff=ict_staff)
    assert [each.pk for each in client.get(PAGE).context["found"].late.shown] == [excused.pk]
    missing = client.post(address, {"reason": ""})
    assert missing.context["form"].errors == {"reason": ["理由を入力してください。"]}
    data: dict[str, Any] = {"reason": "決算が確定したため"}
    look = client.post(address, data | {"then": "preview"})
    excused.refresh_from_db()
    assert (excused.status, Correction.objects.exists()) == (Status.ACCEPTED, False)
    assert [f'name="{name}" value="{value}"' in main_of(look) for name, value in data.items()] == [True]
    back = client.post(address, data | {"then": "edit"})
    assert 'value="決算が確定したため"' in main_of(back)
    data |= {"version": excused.version, "then": "save"}
    response = client.post(address, data, follow=True)
    excused.refresh_from_db()
    assert look.context["changes"] == Correction.objects.get().changes
    assert {"label": "達成度", "before": "", "after": "3 ほぼ目標どおり"} in look.context["changes"]
    assert (excused.status, Correction.objects.get().reason) == (Status.PUBLISHED, "決算が確定したため")
    done, reminder = messages_of(response)
    assert done == f"調書『{excused.action}』を追加で公表しました。"
    assert f'href="{PAGE}measures/1-1/"' in reminder
    again = client.post(address, data, follow=True)
    assert (len(messages_of(again)), Correction.objects.count()) == (1, 1)


def test_late_ones_are_told_in_the_words_that_will_be_published(
    client_of: ClientOf, liaison: User, manager: User, ict_staff: User, round_: Round
) -> None:
    excused = round_.evaluations.exclude(status=Status.PUBLISHED).get()
    accepted = bring_to(Status.ACCEPTED, excused, liaison=liaison, manager=manager, staff=ict_staff)
    told = [str(accepted.grade), str(accepted.outlook)]
    ScaleEntry.objects.update(label="改めた言葉")
    client = client_of(ict_staff)
    listed = table_rows(part(main_of(client.get(PAGE)), "late"))
    looked_over = table_rows(main_of(client.post(MANY, {"pk": [excused.pk], "reason": REASON})))
    assert (listed[0][2], looked_over[0][2:]) == (told[0], told)


@pytest.mark.parametrize("version", [{}, {"version": "0"}, {"version": "x"}])
def test_only_what_was_looked_over_is_published_late(
    client_of: ClientOf, liaison: User, manager: User, ict_staff: User, round_: Round, version: dict[str, str]
) -> None:
    excused = round_.evaluations.exclude(status=Status.PUBLISHED).get()
    bring_to(Status.ACCEPTED, excused, liaison=liaison, manager=manager, staff=ict_staff)
    sent = {"reason": "決算が確定したため", "then": "save"} | version
    response = client_of(ict_staff).post(f"{PAGE}late/{excused.pk}/", sent)
    assert messages_of(response) == ["確かめた後に、調書の内容が変わりました。もう一度確かめてから公表してください。"]
    assert (bool(response.context["changes"]), Correction.objects.exists()) == (True, False)


def test_one_that_was_returned_while_it_was_looked_over_gives_the_reason_back(
    client_of: ClientOf, liaison: User, manager: User, ict_staff: User, round_: Round
) -> None:
    late = round_.evaluations.get(status=Status.DRAFT)
    client, page = client_of(ict_staff), f"{PAGE}late/{late.pk}/"
    told = client.post(page, {"reason": "決算が確定したため", "then": "save", "version": "1"}, follow=True)
    assert (
        "確認が済むと、追加で公表できます。何も公表していません。入力した理由：決算が確定したため"
        in messages_of(told)[0]
    )
    bring_to(Status.ACCEPTED, late, liaison=liaison, manager=manager, staff=ict_staff)
    look = client.post(page, {"reason": "決算が確定したため", "then": "preview"})
    sent = {"reason": "決算が確定したため", "then": "save", "version": look.context["evaluation"].version}
    client.post(page, sent)
    assert messages_of(client.post(page, sent, follow=True))[-1] == f"調書『{late}』は、すでに公表しています。"


# ── Several at once ───────────────────────────────────────────────────────────


@pytest.fixture
def late(division: Department, liaison: User, manager: User, ict_staff: User) -> list[Evaluation]:
    """Of a published round: three exceptions that were accepted since."""
    round_ = opened(division, actions=3, by=ict_staff, slug="2016")
    set_exceptions(evaluations=round_.evaluations.all(), by=ict_staff, reason="決算が確定していないため")
    publish(round=round_, by=ict_staff)
    for each in round_.evaluations.order_by("action__code"):
        bring_to(Status.ACCEPTED, each, liaison=liaison, manager=manager, staff=ict_staff)
    return list(Evaluation.objects.filter(round=round_).select_related("action").order_by("action__code"))


def looked_over(client: Client, late: list[Evaluation]) -> dict[str, Any]:
    """What the page before it sends."""
    page = client.post(MANY, {"pk": [each.pk for each in late], "reason": REASON})
    assert [row.pk for row in page.context["rows"]] == [each.pk for each in late]
    return {"seen": page.context["seen"], "reason": REASON, "pk": [each.pk for each in late]}


def states_of(late: list[Evaluation]) -> list[str]:
    return [Evaluation.objects.get(pk=each.pk).status for each in late]


def test_several_are_looked_over_and_published_with_one_reason(
    client_of: ClientOf, liaison: User, manager: User, ict_staff: User, late: list[Evaluation]
) -> None:
    client, (first, _, third) = client_of(ict_staff), late
    OutboxMail.objects.all().delete()
    sent = looked_over(client, [first, third])
    assert (states_of(late), Correction.objects.count()) == ([Status.ACCEPTED] * 3, 0)
    told = messages_of(client.post(MANY, sent, follow=True))
    assert told == ["2件の調書を追加で公表しました。それぞれの施策の評価の文章も、訂正が必要でないか確かめてください。"]
    assert states_of(late) == [Status.PUBLISHED, Status.ACCEPTED, Status.PUBLISHED]
    assert {(each.evaluation_id, each.reason) for each in Correction.objects.all()} == {
        (first.pk, REASON),
        (third.pk, REASON),
    }
    mails = OutboxMail.objects.filter(kind=MailKind.PUBLISHED)
    assert {mail.to.name for mail in mails} == {liaison.name, manager.name}
    assert ["の調書2件を公表しました" in mail.subject and str(third) in mail.body for mail in mails] == [True, True]
    again = messages_of(client.post(MANY, sent, follow=True))
    assert (again, Correction.objects.count()) == (["2件は、すでに公表してありました。"], 2)
    assert OutboxMail.objects.filter(kind=MailKind.PUBLISHED).count() == 2


@pytest.mark.parametrize(
    ("chosen", "reason", "error"),
    [
        (False, REASON, {"__all__": [NOTHING_CHOSEN]}),
        (True, "", {"reason": ["理由を入力してください。"]}),
        (False, "", {"reason": ["理由を入力してください。"], "__all__": [NOTHING_CHOSEN]}),
    ],
)
def test_what_is_lacking_is_told_and_the_rest_stays(
    client_of: ClientOf, ict_staff: User, late: list[Evaluation], chosen: bool, reason: str, error: object
) -> None:
    keys = [each.pk for each in late[:2]] if chosen else []
    page = client_of(ict_staff).post(MANY, {"pk": keys, "reason": reason})
    assert page.context["reason_form"].errors == error
    assert page.context["chosen"] == set(keys)
    assert page.context["reason_form"]["reason"].value() == reason


def test_the_way_back_keeps_the_reason_and_the_choice(
    client_of: ClientOf, ict_staff: User, late: list[Evaluation]
) -> None:
    client = client_of(ict_staff)
    back = client.post(MANY, looked_over(client, late[:2]) | {"then": "edit"})
    assert (back.context["chosen"], back.context["reason_form"]["reason"].value()) == (
        {each.pk for each in late[:2]},
        REASON,
    )
    assert Correction.objects.count() == 0


def test_what_changed_since_it_was_looked_over_is_not_published(
    client_of: ClientOf, liaison: User, manager: User, ict_staff: User, late: list[Evaluation]
) -> None:
    """One was returned, another was returned and accepted anew: the others are published."""
    client, (first, second, _) = client_of(ict_staff), late
    sent = looked_over(client, late)
    for each in (first, second):
        perform(evaluation=each, transition=workflow.RETURN_BY_STAFF, by=ict_staff, comment="数が違います。")
    bring_to(Status.ACCEPTED, second, liaison=liaison, manager=manager, staff=ict_staff)
    outcome = client.post(MANY, sent).context["outcome"]
    assert [words.split("：")[1] for words, _ in outcome.problems] == [
        "後から公表できるのは、公表した年度の例外で、確認が済んだ調書だけです。",
        "確かめる画面を開いた後に変わりました。内容を読んでから、もう一度操作してください。",
    ]
    assert outcome.title == "1件の調書を追加で公表しました。"
    assert states_of(late) == [Status.RETURNED, Status.ACCEPTED, Status.PUBLISHED]


def test_what_was_returned_before_it_could_be_looked_over_is_told(
    client_of: ClientOf, ict_staff: User, late: list[Evaluation]
) -> None:
    perform(evaluation=late[0], transition=workflow.RETURN_BY_STAFF, by=ict_staff, comment="数が違います。")
    page = client_of(ict_staff).post(MANY, {"pk": [each.pk for each in late], "reason": REASON})
    assert [row.pk for row in page.context["rows"]] == [each.pk for each in late[1:]]
    assert messages_of(page) == ["選んだ調書のうち1件は、追加で公表できなくなったため、除きました。"]


def test_nobody_sends_what_another_looked_over(client_of: ClientOf, ict_staff: User, late: list[Evaluation]) -> None:
    sent = looked_over(client_of(ict_staff), late)
    other = client_of(UserFactory.create(role=Role.ICT_STAFF))
    told = messages_of(other.post(MANY, sent, follow=True))
    assert told == ["確かめる画面から送られた内容を読み取れないため、何も公表していません。もう一度選んでください。"]
    assert Publication.objects.filter(round=late[0].round).count() == 1
