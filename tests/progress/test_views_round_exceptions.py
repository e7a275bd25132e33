"""Exceptions of 公表 at the desk: several at once, put right, taken off."""

import io
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Department, User
from progress.actions.rounds import set_exception
from progress.enums import RoundState, Status
from progress.models import Evaluation, Round
from tests.plan.reading import main_of, part, words
from tests.progress.factories import bring_to, opened
from tests.progress.pages import messages_of
from tests.progress.sheets import downloaded

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PAGE = "/desk/rounds/2016/publish/"


@pytest.fixture
def round_(division: Department, liaison: User, manager: User, ict_staff: User) -> Round:
    """Two 調書, one accepted and one blank."""
    round_ = opened(division, actions=2, by=ict_staff, slug="2016")
    bring_to(Status.ACCEPTED, round_.evaluations.all()[0], liaison=liaison, manager=manager, staff=ict_staff)
    return round_


@pytest.fixture
def blank(round_: Round) -> Evaluation:
    return round_.evaluations.get(status=Status.DRAFT)


@pytest.fixture
def ready(round_: Round, blank: Evaluation, ict_staff: User) -> Round:
    """The blank one is an exception."""
    set_exception(evaluation=blank, by=ict_staff, reason="決算が確定していないため")
    return round_


def test_the_links_to_exceptions_name_what_they_are_about(
    client_of: ClientOf, ict_staff: User, ready: Round, blank: Evaluation
) -> None:
    page = part(main_of(client_of(ict_staff).get(PAGE)), "exceptions")
    assert f"直す・外す：{blank.action}の例外" in words(page)
    alone = words(main_of(client_of(ict_staff).get(f"{PAGE.replace('publish', 'evaluations')}{blank.pk}/exception/")))
    assert "公表の例外を直す" in alone
    assert "理由を直す 例外から外す" in alone


def test_all_of_the_table_become_exceptions(client_of: ClientOf, division: Department, ict_staff: User) -> None:
    round_ = opened(division, actions=2, by=ict_staff, slug="2016")
    client = client_of(ict_staff)
    page = part(main_of(client.get(PAGE)), "blockers")
    assert "表の2件すべてを例外にする" in words(page)
    shown = re.findall(r'name="shown" value="(\d+)"', page)
    client.post(f"{PAGE}exceptions/", {"all": "1", "shown": shown, "reason": "決算が確定していないため"})
    assert {each.exception_reason for each in round_.evaluations.all()} == {"決算が確定していないため"}


def test_several_become_exceptions_with_one_reason(client_of: ClientOf, division: Department, ict_staff: User) -> None:
    round_ = opened(division, actions=3, by=ict_staff, slug="2016")
    first, second, third = round_.evaluations.order_by("action__code")
    client = client_of(ict_staff)
    assert f'name="pk" value="{third.pk}"' in part(main_of(client.get(PAGE)), "blockers")
    sent = {"pk": [first.pk, second.pk], "reason": "決算が確定していないため"}
    response = client.post(f"{PAGE}exceptions/", sent, follow=True)
    assert (response.redirect_chain, messages_of(response)) == (
        [(PAGE, 302)],
        ["2件の調書を公表の例外にしました。"],
    )
    reasons = round_.evaluations.order_by("action__code").values_list("exception_reason", flat=True)
    assert list(reasons) == ["決算が確定していないため", "決算が確定していないため", ""]


def test_what_cannot_be_an_exception_any_more_is_named(
    client_of: ClientOf, ict_staff: User, round_: Round, blank: Evaluation
) -> None:
    accepted = round_.evaluations.get(status=Status.ACCEPTED)
    sent = {"pk": [accepted.pk, blank.pk], "reason": "決算が確定していないため"}
    response = client_of(ict_staff).post(f"{PAGE}exceptions/", sent, follow=True)
    assert messages_of(response) == [
        "1件の調書を公表の例外にしました。",
        f"調書『{accepted}』：確認が済んでいる調書は、例外にする必要がありません。",
    ]


@pytest.mark.parametrize(
    ("keys", "reason", "errors"),
    [
        (False, "理由", {"__all__": ["例外にする調書を選んでください。確認が済んでいない調書の表で選びます。"]}),
        (True, "", {"reason": ["理由を入力してください。"]}),
    ],
)
def test_exceptions_need_a_choice_and_a_reason(
    client_of: ClientOf,
    ict_staff: User,
    round_: Round,
    blank: Evaluation,
    keys: bool,
    reason: str,
    errors: dict[str, list[str]],
) -> None:
    sent = {"pk": [blank.pk] if keys else [], "reason": reason}
    response = client_of(ict_staff).post(f"{PAGE}exceptions/", sent)
    assert response.context["exception_form"].errors == errors
    assert (f'value="{blank.pk}" checked' in main_of(response)) is keys  # the choice is kept
    assert not Evaluation.objects.exclude(exception_reason="").exists()


def test_a_reason_that_somebody_gave_meanwhile_stays(
    client_of: ClientOf, ict_staff: User, ready: Round, blank: Evaluation
) -> None:
    sent = {"all": "1", "shown": [blank.pk], "reason": "別の理由"}
    response = client_of(ict_staff).post(f"{PAGE}exceptions/", sent, follow=True)
    assert messages_of(response) == [
        f"調書『{blank}』：すでに例外です（理由：決算が確定していないため）。"
        "理由を変えるときは、「直す・外す」を押してください。"
    ]
    blank.refresh_from_db()
    assert blank.exception_reason == "決算が確定していないため"


def test_a_reason_that_nobody_can_see_is_none(client_of: ClientOf, ict_staff: User, blank: Evaluation) -> None:
    response = client_of(ict_staff).post(f"{PAGE}exceptions/", {"pk": [blank.pk], "reason": "\u200b"})
    assert response.context["exception_form"].errors == {"reason": ["理由を入力してください。"]}


def test_one_reason_for_many_is_told_once(client_of: ClientOf, division: Department, ict_staff: User) -> None:
    round_ = opened(division, actions=7, by=ict_staff, slug="2016")
    keys = [each.pk for each in round_.evaluations.order_by("action__code")]
    Round.objects.filter(pk=round_.pk).update(state=RoundState.PUBLISHED, published_at=timezone.now())
    (told,) = messages_of(client_of(ict_staff).post(f"{PAGE}exceptions/", {"pk": keys, "reason": "遅れ"}, follow=True))
    assert told.endswith("、ほか2件：例外にできるのは、照会中の調書だけです。")
    assert told.count("調書『") == 5


def test_the_workbook_says_that_it_is_an_exception(ready: Round, blank: Evaluation, liaison: User) -> None:
    blank = Evaluation.objects.get(pk=blank.pk)
    (caution,) = (
        str(cell.value)
        for page in load_workbook(io.BytesIO(downloaded(blank, liaison))).worksheets
        for row in page.iter_rows()
        for cell in row
        if "未確定のまま" in str(cell.value)
    )
    assert caution.startswith("この調書は、未確定のまま年度の評価を公表することにしています。")
    assert caution.endswith("理由：決算が確定していないため")
