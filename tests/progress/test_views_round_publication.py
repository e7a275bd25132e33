"""公表 at the desk: what stands in the way, publishing now, at a set moment; the commands of the same name."""

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Department, Membership, User
from progress import long_work
from progress.actions import outbox, publication
from progress.actions.publication import publish_due
from progress.actions.rounds import set_exception
from progress.enums import MailKind, RoundState, Status
from progress.models import Evaluation, MeasureEvaluation, OutboxMail, Publication, PublishedEvaluation, Round
from progress.queries.round_publication import readiness
from tests.plan.reading import main_of, part, words
from tests.progress.factories import RoundFactory, action_of, bring_to, entry, opened
from tests.progress.pages import messages_of

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


def test_what_stands_in_the_way_is_listed(
    client_of: ClientOf, ict_staff: User, round_: Round, blank: Evaluation
) -> None:
    page = main_of(client_of(ict_staff).get(PAGE))
    assert f'href="/desk/evaluations/{blank.pk}/"' in part(page, "blockers")
    assert f'href="/desk/rounds/2016/evaluations/{blank.pk}/exception/"' in part(page, "blockers")
    assert "今すぐ公表する" not in page
    assert words(part(page, "unwritten")).count("施策") > 7


def test_a_rating_without_a_reason_stands_in_the_way(client_of: ClientOf, ict_staff: User, ready: Round) -> None:
    client = client_of(ict_staff)
    assert "今すぐ公表する" in main_of(client.get(PAGE))
    first = MeasureEvaluation.objects.filter(round=ready, measure__policy__number=1, measure__number=1)
    first.update(rating=entry(ready, "A"))
    page = main_of(client.get(PAGE))
    assert 'href="/desk/rounds/2016/measures/1-1/"' in part(page, "ready")
    assert ("今すぐ公表する" in page, 'href="/desk/rounds/2016/measures/1-1/"' in part(page, "unwritten")) == (
        False,
        False,
    )
    MeasureEvaluation.objects.update(rating=entry(ready, "A"))
    assert ("空欄になります" in page, "空欄になります" in main_of(client.get(PAGE))) == (True, False)
    found = readiness(ready)
    assert (found.blank, len(found.unreasoned)) == ([], len(found.unwritten))
    MeasureEvaluation.objects.exclude(pk=first.get().pk).update(rating=None)
    found = readiness(ready)
    assert (found.unreasoned, first.get() in found.blank, len(found.blank)) == (
        [first.get()],
        False,
        len(found.unwritten) - 1,
    )


def test_a_round_that_is_not_ready_is_not_published(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    response = client_of(ict_staff).post(f"{PAGE}now/", {"confirmed": "on"})
    assert response.context["outcome"].title.startswith("公表できません。")
    assert (Round.objects.get().state, Publication.objects.count()) == (RoundState.OPEN, 0)


def test_exceptions_are_listed_with_what_the_public_reads(client_of: ClientOf, ict_staff: User, ready: Round) -> None:
    page = main_of(client_of(ict_staff).get(PAGE))
    assert "決算が確定していないため" in words(part(page, "exceptions"))
    assert "公表できます。" in words(part(page, "ready"))


def test_what_is_wrong_is_said_at_the_head_of_the_page(
    client_of: ClientOf, ict_staff: User, ready: Round, blank: Evaluation
) -> None:
    page = main_of(client_of(ict_staff).post(f"{PAGE}now/", {}))
    assert 0 < page.index("error-summary") < page.index('id="ready"')


def test_somebody_has_to_say_that_they_looked(client_of: ClientOf, ict_staff: User, ready: Round) -> None:
    response = client_of(ict_staff).post(f"{PAGE}now/", {})
    assert response.context["publish_form"].errors == {
        "confirmed": ["公表すると取り消せません。内容を確かめてから、この欄に印を付けてください。"]
    }
    assert Round.objects.get().state == RoundState.OPEN


def test_the_round_is_published_once(client_of: ClientOf, ict_staff: User, ready: Round) -> None:
    client = client_of(ict_staff)
    first = client.post(f"{PAGE}now/", {"confirmed": "on"}, follow=True)
    second = client.post(f"{PAGE}now/", {"confirmed": "on"}, follow=True)
    stored = Round.objects.get()
    assert (stored.state, stored.published_by, PublishedEvaluation.objects.count()) == (
        RoundState.PUBLISHED,
        ict_staff,
        2,
    )
    assert messages_of(first) == ["『平成28(2016)年度の評価』を公表しました。"]
    assert messages_of(second) == ["『平成28(2016)年度の評価』は、すでに公表しています。"]


def test_many_are_published_while_the_page_tells_how_far_it_is(
    client_of: ClientOf, ict_staff: User, ready: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "DIRECTLY_BELOW", 1)
    assert client_of(ict_staff).post(f"{PAGE}now/", {"confirmed": "on"}).streaming


# ── At a set moment ───────────────────────────────────────────────────────────


def _in_days(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


def test_the_moment_is_set_in_japanese_time_and_taken_back(client_of: ClientOf, ict_staff: User, ready: Round) -> None:
    client, day = client_of(ict_staff), _in_days(3)
    client.post(f"{PAGE}schedule/", {"day": f"{day:%Y-%m-%d}", "time": "１０時３０分"}, follow=True)
    stored = Round.objects.get()
    assert stored.publish_at is not None
    assert timezone.localtime(stored.publish_at).replace(tzinfo=None) == datetime.datetime.combine(
        day, datetime.time(10, 30)
    )
    assert (stored.state, stored.published_by) == (RoundState.OPEN, ict_staff)
    client.post(f"{PAGE}unschedule/")
    assert Round.objects.get().publish_at is None


@pytest.mark.parametrize(
    ("day", "time", "errors"),
    [
        ("", "10:00", {"day": ["公表する日を入力してください（例：2017年8月31日）。"]}),
        ("2099-08-31", "", {"time": ["公表する時刻を入力してください（例：10:00）。"]}),
        (
            "2099-08-31",
            "25:00",
            {"time": ["『25:00』は時刻として読めません。0時から23時59分までを「9:00」のように入力してください。"]},
        ),
        (
            "2017-08-31",
            "10:00",
            {"day": ["公表の予定には、これからの日時を入力してください。すぐなら「今すぐ公表する」を選びます。"]},
        ),
    ],
)
def test_a_moment_that_will_not_do_is_said(
    client_of: ClientOf, ict_staff: User, ready: Round, day: str, time: str, errors: dict[str, list[str]]
) -> None:
    response = client_of(ict_staff).post(f"{PAGE}schedule/", {"day": day, "time": time})
    assert (response.context["schedule_form"].errors, Round.objects.get().publish_at) == (errors, None)


def _due(round_: Round, by: User, seconds: int) -> datetime.datetime:
    moment = timezone.now() + datetime.timedelta(seconds=seconds)
    Round.objects.filter(pk=round_.pk).update(publish_at=moment, published_by=by)
    return moment


def test_publish_due_waits_for_the_minute_and_says_what_it_did(ready: Round, ict_staff: User) -> None:
    _due(ready, ict_staff, 60)
    early = io.StringIO()
    call_command("publish_due", stdout=early, stderr=io.StringIO())
    assert (early.getvalue(), Round.objects.get().state) == ("", RoundState.OPEN)
    _due(ready, ict_staff, -1)
    said, again = io.StringIO(), io.StringIO()
    call_command("publish_due", stdout=said, stderr=io.StringIO())
    call_command("publish_due", stdout=again, stderr=io.StringIO())
    assert (said.getvalue(), again.getvalue(), Publication.objects.count()) == (
        "『平成28(2016)年度の評価』を公表しました。調書は2件です。\n",
        "",
        1,
    )


def test_publish_due_tells_what_stands_in_the_way(round_: Round, blank: Evaluation, ict_staff: User) -> None:
    _due(round_, ict_staff, -1)
    with pytest.raises(CommandError) as error:
        call_command("publish_due", stdout=io.StringIO(), stderr=io.StringIO())
    assert str(error.value).splitlines() == [
        "『平成28(2016)年度の評価』は公表していません。公表できません。確認が済んでいない調書が1件あります。"
        "確認を済ませるか、理由を付けて例外にしてください。",
        f"- 試験福祉課 {blank.action}（記入中）",
    ]
    stored = Round.objects.get()
    assert (stored.state, stored.publish_at, stored.published_by) == (RoundState.OPEN, None, None)
    mail = OutboxMail.objects.get(kind=MailKind.NOT_PUBLISHED, to=ict_staff)
    assert mail.subject.endswith("平成28(2016)年度の評価は、予定の日時に公表できませんでした")
    assert f"・試験福祉課 {blank.action}（記入中）" in mail.body
    set_exception(evaluation=blank, by=ict_staff, reason="遅れています。")
    call_command("publish_due", stdout=io.StringIO(), stderr=io.StringIO())
    assert Round.objects.get().state == RoundState.OPEN  # the moment that was missed does not fire later


def test_a_set_moment_is_shown_and_can_be_taken_back_though_something_stands_in_the_way(
    client_of: ClientOf, ict_staff: User, round_: Round, blank: Evaluation
) -> None:
    _due(round_, ict_staff, 3600)
    client = client_of(ict_staff)
    page = main_of(client.get(PAGE))
    assert "公表の日時が決まっていますが、今のままでは公表できません。" in words(page)
    client.post("/desk/rounds/2016/publish/unschedule/")
    assert Round.objects.get().publish_at is None


def test_a_round_that_fails_keeps_no_other_from_its_moment(
    ready: Round, division: Department, liaison: User, manager: User, ict_staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = opened(division, by=ict_staff)
    bring_to(Status.ACCEPTED, other.evaluations.get(), liaison=liaison, manager=manager, staff=ict_staff)
    _due(ready, ict_staff, -2)
    _due(other, ict_staff, -1)
    index = publication.index_publication

    def fails_once(published: Publication) -> None:
        if published.round == ready:
            raise IntegrityError("the disk is full")
        index(published)

    monkeypatch.setattr(publication, "index_publication", fails_once)
    said = io.StringIO()
    with pytest.raises(CommandError, match=r"は公表していません。公表の処理が失敗しました（IntegrityError）。"):
        call_command("publish_due", stdout=said, stderr=io.StringIO())
    assert said.getvalue() == "『平成28(2016)年度の評価』を公表しました。調書は1件です。\n"
    assert list(Round.objects.filter(state=RoundState.OPEN)) == [ready]
    assert not Publication.objects.filter(round=ready).exists()


@pytest.fixture
def stopped_and_ready(
    round_: Round, division: Department, liaison: User, manager: User, ict_staff: User
) -> tuple[Round, Round]:
    """The moments of two rounds have come; the one that comes first cannot be published, the other can."""
    other = opened(division, by=ict_staff)
    bring_to(Status.ACCEPTED, other.evaluations.get(), liaison=liaison, manager=manager, staff=ict_staff)
    _due(round_, ict_staff, -2)
    _due(other, ict_staff, -1)
    return round_, other


def test_a_moment_that_cannot_be_taken_back_keeps_no_other_round_from_its_own(
    stopped_and_ready: tuple[Round, Round], monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped, ready = stopped_and_ready

    def fails(*_: object) -> None:
        raise IntegrityError("the disk is full")

    monkeypatch.setattr(publication, "tell_not_published", fails)
    first, second = publish_due()
    assert (first[0], type(first[1]), second[0], type(second[1])) == (stopped, IntegrityError, ready, Publication)
    assert Round.objects.get(pk=stopped.pk).publish_at is not None  # the next run tries again


def test_what_was_confirmed_just_now_does_not_lose_its_moment(
    stopped_and_ready: tuple[Round, Round], blank: Evaluation, ict_staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped, ready = stopped_and_ready
    tried = publication._publish_when_due

    def overtaken(round_: Round, *rest: Any) -> Publication:
        try:
            return tried(round_, *rest)
        finally:
            set_exception(evaluation=blank, by=ict_staff, reason="決算が確定していないため")

    monkeypatch.setattr(publication, "_publish_when_due", overtaken)
    ((round_, _),) = publish_due()
    assert (round_, OutboxMail.objects.filter(kind=MailKind.NOT_PUBLISHED).exists()) == (ready, False)
    monkeypatch.setattr(publication, "_publish_when_due", tried)
    ((round_, made),) = publish_due()
    assert (round_, type(made)) == (stopped, Publication)


def test_the_mail_counts_all_that_it_does_not_name(
    division: Department, ict_staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "SHOWN_PROBLEMS", 2)
    monkeypatch.setattr(outbox, "SHOWN", 2)
    round_ = opened(division, actions=5, by=ict_staff)
    _due(round_, ict_staff, -1)
    publish_due()
    mail = OutboxMail.objects.get(kind=MailKind.NOT_PUBLISHED, to=ict_staff)
    assert (mail.body.count("（記入中）"), "（ほか3件）" in mail.body, mail.body.count("ほか")) == (2, True, 1)


def test_the_mail_keeps_apart_what_is_mended_in_another_way(round_: Round, blank: Evaluation, ict_staff: User) -> None:
    measure = round_.measure_evaluations.all()[0]
    MeasureEvaluation.objects.filter(pk=measure.pk).update(rating=entry(round_, "A"))
    waiting = "確認が済んでいない調書：確認を済ませるか、理由を付けて例外にしてください。"
    waiting += f"\n・試験福祉課 {blank.action}（記入中）\n"
    bare = "評価の理由がない施策評価：「施策評価」で理由を書くか、評価の選択を外してください。"
    bare += f"\n・{measure.measure}\n"
    _due(round_, ict_staff, -120)
    publish_due()
    both = _mail_to(ict_staff)
    assert f"/desk/rounds/2016/publish/\n\n{waiting}\n{bare}\n――" in both
    set_exception(evaluation=blank, by=ict_staff, reason="遅れています。")
    _due(round_, ict_staff, -1)
    publish_due()
    alone = _mail_to(ict_staff)
    assert (f"/desk/rounds/2016/publish/\n\n{bare}\n――" in alone, "調書" in alone) == (True, False)


def _mail_to(person: User) -> str:
    """The newest that tells of a 公表 that was called off."""
    return OutboxMail.objects.filter(kind=MailKind.NOT_PUBLISHED, to=person).latest("pk").body


def test_who_set_the_moment_may_have_moved_on(ready: Round, ict_staff: User) -> None:
    """In April people change places: the moment that was set still counts."""
    moment = _due(ready, ict_staff, -1)
    Membership.objects.filter(user=ict_staff).delete()
    ((round_, publication),) = publish_due(moment)
    assert (round_, isinstance(publication, Publication), Round.objects.get().published_by) == (ready, True, ict_staff)


# ── Commands ──────────────────────────────────────────────────────────────────


def test_a_round_is_opened_and_published_by_command(division: Department, ict_staff: User) -> None:
    round_ = RoundFactory.create(slug="2016")
    action_of(round_.program, division)
    said, told = io.StringIO(), io.StringIO()
    call_command("open_round", "2016", by=ict_staff.staff_number, stdout=said, stderr=told)
    assert said.getvalue() == "『平成28(2016)年度の評価』の照会を始めました。調書は1件です。\n"
    assert told.getvalue() == "0 / 1件\n1 / 1件\n"
    set_exception(evaluation=round_.evaluations.get(), by=ict_staff, reason="未確定")
    said = io.StringIO()
    call_command("publish_round", "2016", by=ict_staff.staff_number, stdout=said, stderr=io.StringIO())
    assert said.getvalue() == "『平成28(2016)年度の評価』を公表しました。調書は1件です。\n"
    assert Round.objects.get().state == RoundState.PUBLISHED


@pytest.mark.parametrize("command", ["open_round", "publish_round"])
def test_a_command_needs_a_round_and_somebody_who_may(
    command: str, liaison: User, ict_staff: User, division: Department
) -> None:
    round_ = RoundFactory.create(slug="2016")
    action_of(round_.program, division)
    for slug, by, message in (
        ("1999", ict_staff.staff_number, "評価年度『1999』はありません。"),
        ("2016", "X999", "職員番号『X999』の利用者はいません。"),
        ("2016", liaison.staff_number, f"{liaison}さんには「"),
    ):
        with pytest.raises(CommandError) as error:
            call_command(command, slug, by=by, stdout=io.StringIO(), stderr=io.StringIO())
        assert str(error.value).startswith(message)


def test_a_command_tells_what_stands_in_the_way(ict_staff: User) -> None:
    RoundFactory.create(slug="2016")
    with pytest.raises(CommandError) as error:
        call_command("open_round", "2016", by=ict_staff.staff_number, stdout=io.StringIO(), stderr=io.StringIO())
    assert "照会を始められません。1件を直してから" in str(error.value)


class _Interrupting(io.StringIO):
    """A terminal at which somebody presses Ctrl-C when the second line appears."""

    def write(self, text: str) -> int:
        if text.startswith("1 /"):
            raise KeyboardInterrupt
        return super().write(text)


def test_a_command_that_is_interrupted_changes_nothing(division: Department, ict_staff: User) -> None:
    round_ = RoundFactory.create(slug="2016")
    action_of(round_.program, division)
    with pytest.raises(SystemExit) as ended:
        call_command("open_round", "2016", by=ict_staff.staff_number, stdout=io.StringIO(), stderr=_Interrupting())
    assert (ended.value.code, Round.objects.get().state, Evaluation.objects.count()) == (130, RoundState.PLANNED, 0)
    assert Membership.objects.filter(role=Role.ICT_STAFF, user=ict_staff).exists()
