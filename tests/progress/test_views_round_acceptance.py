"""確認 of many 調書 at once: what is shown first, and that only what was shown is accepted."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Department, User
from progress import long_work, workflow
from progress.actions.evaluations import Answers, accept_many, perform, save_evaluation
from progress.actions.opening import open_round
from progress.enums import ScaleKind, Status
from progress.forms.seen import Seen, sealed, unsealed
from progress.models import Evaluation, Round
from progress.queries import acceptance
from progress.queries.acceptance import to_accept
from tests.factories import MembershipFactory
from tests.html_validity import validate
from tests.plan.reading import words
from tests.programs.factories import IndicatorFactory, IndicatorYearFactory
from tests.progress.factories import RoundFactory, action_of, bring_to, entry, fill_in
from tests.progress.pages import messages_of, table_rows

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
Endorsed = Callable[..., Evaluation]
LIST = "/desk/rounds/2016/evaluations/"
ACCEPT = f"{LIST}accept/"
PLAIN, DISAGREEING, ENDING, UNGRADED, DRAFT, DONE = (f"1-1-00{number}" for number in range(1, 7))
UNREADABLE = "確認の画面から送られた内容を読み取れないため、何も確認していません。一覧から、もう一度選んでください。"


@pytest.fixture
def round_(division: Department, liaison: User, manager: User, ict_staff: User) -> Round:
    """A 調書 of each kind: ordinary, the three to be read first, one in draft, one accepted."""
    round_ = RoundFactory.create(slug="2016")
    for code in (PLAIN, DISAGREEING, ENDING, UNGRADED, DRAFT, DONE):
        action = action_of(round_.program, division, code=code, title=f"取組{code[-1]}")
        if code in (PLAIN, DISAGREEING):
            indicator = IndicatorFactory.create(action=action)
            IndicatorYearFactory.create(indicator=indicator, position=2016, target=Decimal(10))
    open_round(round=round_, by=ict_staff)
    ungraded = entry(round_, "中止", ScaleKind.UNGRADED)
    answers: dict[str, dict[str, Any]] = {
        PLAIN: {},
        DISAGREEING: {"grade_id": entry(round_, "1").pk, "grade_reason": "窓口でも好評でした。"},
        ENDING: {"outlook_id": entry(round_, "Ⅴ").pk, "outlook_reason": "制度が終わりました。", "next_plan": ""},
        UNGRADED: {"grade_id": ungraded.pk, "grade_reason": "入札が不調でした。"},
    }
    for code, values in answers.items():
        bring_to(Status.ENDORSED, of(round_, code), liaison=liaison, manager=manager, staff=ict_staff, **values)
    bring_to(Status.ACCEPTED, of(round_, DONE), liaison=liaison, manager=manager, staff=ict_staff)
    return round_


def of(round_: Round, code: str) -> Evaluation:
    return Evaluation.objects.with_everything().get(round=round_, action__code=code)


def keys(round_: Round, *codes: str) -> list[int]:
    return [of(round_, code).pk for code in codes]


def accepted(round_: Round) -> list[str]:
    """The codes of those accepted, without the one that was at the beginning."""
    found = round_.evaluations.filter(status=Status.ACCEPTED).exclude(action__code=DONE)
    return list(found.order_by("action__code").values_list("action__code", flat=True))


def looked(client: Client, address: str = ACCEPT, **sent: Any) -> dict[str, Any]:
    """What the page says; sent on, it accepts all that it shows."""
    context = client.post(address, sent or {"all": "1"}).context
    found = context["found"]
    return {"found": found, "seen": context["seen"], "pk": [each.evaluation.pk for each in found.singly]}


def pressed(client: Client, page: dict[str, Any], **instead: Any) -> Any:
    return client.post(ACCEPT, {"seen": page["seen"], "pk": page["pk"], **instead}, follow=True)


def told(rows: Any) -> dict[str, list[tuple[str, str]]]:
    return {row.evaluation.action.code: [(each.sentence, each.reason) for each in row.remarks] for row in rows}


# ── The page ──────────────────────────────────────────────────────────────────


def test_the_page_shows_what_should_be_read_first_and_does_nothing(
    client_of: ClientOf, ict_staff: User, round_: Round
) -> None:
    found = looked(client_of(ict_staff))["found"]
    assert told(found.singly) == {
        DISAGREEING: [
            (
                "達成度は「1 目標を大きく上回って達成」ですが、指標の実績から見た目安は「3 ほぼ目標どおり」です。",
                "窓口でも好評でした。",
            )
        ],
        ENDING: [("今後の方向性が「Ⅴ 事業廃止」で、取組を終えます。", "制度が終わりました。")],
        UNGRADED: [("達成度が、評価区分の外（中止）です。", "入札が不調でした。")],
    }
    assert (found.along, found.refused_total, found.unlisted) == (keys(round_, PLAIN), 0, 0)
    assert (found.plain, found.plain_unlisted) == ([of(round_, PLAIN)], 0)
    assert accepted(round_) == []


def test_what_need_not_be_read_first_is_named_with_its_grade(
    client_of: ClientOf, ict_staff: User, round_: Round
) -> None:
    plain = of(round_, PLAIN)
    page = client_of(ict_staff).post(ACCEPT, {"pk": [plain.pk]}).content.decode()
    assert table_rows(page) == [[str(plain.action), str(plain.department), str(plain.grade), str(plain.outlook)]]
    assert f'href="/desk/evaluations/{plain.pk}/"' in page


def test_afterwards_the_list_has_no_conditions_that_nothing_meets(
    client_of: ClientOf, ict_staff: User, round_: Round
) -> None:
    client, address = client_of(ict_staff), f"{ACCEPT}?state={Status.ENDORSED}"
    one = looked(client, address, pk=keys(round_, PLAIN))
    some_left = client.post(address, {"seen": one["seen"]})
    assert some_left.headers["Location"] == f"/desk/rounds/{round_.slug}/evaluations/?state=endorsed"
    rest = looked(client, address)
    none_left = client.post(address, {"seen": rest["seen"], "pk": rest["pk"]})
    assert none_left.headers["Location"] == f"/desk/rounds/{round_.slug}/evaluations/"


def test_the_page_shows_what_cannot_be_accepted_with_the_reason(
    client_of: ClientOf, ict_staff: User, round_: Round
) -> None:
    response = client_of(ict_staff).post(ACCEPT, {"pk": keys(round_, PLAIN, DRAFT, DONE)})
    possible = "確認ができるのは「ICT推進課の確認待ち」のときです。"
    assert told(response.context["found"].refused) == {
        DRAFT: [(f"この調書は今「記入中」のため、確認はできません。{possible}", "")],
        DONE: [(f"この調書は今「確認済み」のため、確認はできません。{possible}", "")],
    }
    page = response.content.decode()
    assert f'href="/desk/evaluations/{of(round_, DRAFT).pk}/"' in page
    assert validate({ACCEPT: page}) == []


def test_where_nothing_can_be_accepted_there_is_no_button(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    page = client_of(ict_staff).post(ACCEPT, {"pk": keys(round_, DRAFT)}).content.decode()
    assert ("確認できる調書はありません。" in words(page), "この内容で確認する" in page) == (True, False)


def test_what_one_submitted_is_shown_as_not_ones_own_to_accept(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department, manager: User
) -> None:
    MembershipFactory.create(user=ict_staff, role=Role.LIAISON, department=division)
    person = User.objects.get(pk=ict_staff.pk)
    mine = fill_in(of(round_, DRAFT), person)
    perform(evaluation=mine, transition=workflow.SUBMIT, by=person)
    perform(evaluation=mine, transition=workflow.ENDORSE, by=manager)
    client = client_of(ict_staff)
    page = looked(client)
    reason = "自分が提出した調書の確認はできません。ほかの人に依頼してください。"
    assert told(page["found"].refused) == {DRAFT: [(reason, "")]}
    pressed(client, page)
    assert of(round_, DRAFT).status == Status.ENDORSED


def test_all_means_those_of_the_conditions(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client = client_of(ict_staff)
    nothing = client.post(f"{ACCEPT}?q=取組6", {"all": "1"}, follow=True)
    assert messages_of(nothing) == [
        "確認する調書が選ばれていません。表の左の欄で選んでから、もう一度操作してください。"
    ]
    assert looked(client, f"{ACCEPT}?q=取組1")["found"].along == keys(round_, PLAIN)


def test_the_page_takes_no_more_queries_for_more(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department
) -> None:
    client = client_of(ict_staff)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.post(ACCEPT, {"all": "1"})
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])  # a test is in a transaction

    queries()  # prolongs the session
    once = queries()
    like = of(round_, UNGRADED)
    for _ in range(12):
        like.pk, like.action = None, action_of(round_.program, division)
        like._state.adding = True
        like.save()
    assert (queries(), once <= 12) == (once, True)


def test_the_address_of_the_page_leads_to_the_list(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    """A log-in in between leads back to it, and so does its line in the browser."""
    response = client_of(ict_staff).get(f"{ACCEPT}?q=取組1", follow=True)
    assert (response.redirect_chain[0][0], response.status_code) == (f"{LIST}?q=%E5%8F%96%E7%B5%841", 200)


# ── The deed ──────────────────────────────────────────────────────────────────


def test_what_was_shown_is_accepted(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client = client_of(ict_staff)
    response = pressed(client, looked(client))
    assert accepted(round_) == [PLAIN, DISAGREEING, ENDING, UNGRADED]
    assert of(round_, PLAIN).accepted_by == ict_staff
    assert messages_of(response) == ["4件の調書を確認しました。"]


def test_what_was_left_out_stays_and_is_told(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client = client_of(ict_staff)
    response = pressed(client, looked(client), pk=keys(round_, ENDING))
    assert accepted(round_) == [PLAIN, ENDING]
    assert messages_of(response) == ["2件の調書を確認しました。選択を外した2件は、確認していません。"]


def test_where_all_is_left_out_nothing_happens(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client = client_of(ict_staff)
    page = looked(client, pk=keys(round_, ENDING))
    assert messages_of(pressed(client, page, pk=[])) == [
        "すべての調書の選択を外したので、何も確認していません。調書は確認待ちのままです。"
    ]
    assert accepted(round_) == []


def test_a_second_press_does_nothing_twice(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client = client_of(ict_staff)
    page = looked(client)
    pressed(client, page)
    assert messages_of(pressed(client, page)) == ["0件の調書を確認しました。4件は、すでに確認してありました。"]


def test_what_is_endorsed_after_the_page_does_not_slip_in(
    client_of: ClientOf, ict_staff: User, round_: Round, liaison: User, manager: User
) -> None:
    client = client_of(ict_staff)
    page = looked(client)
    bring_to(Status.ENDORSED, of(round_, DRAFT), liaison=liaison, manager=manager, staff=ict_staff)
    pressed(client, page, pk=[*page["pk"], of(round_, DRAFT).pk])
    assert accepted(round_) == [PLAIN, DISAGREEING, ENDING, UNGRADED]


def test_what_was_returned_and_endorsed_anew_is_not_accepted(
    client_of: ClientOf, ict_staff: User, round_: Round, liaison: User, manager: User
) -> None:
    client = client_of(ict_staff)
    page = looked(client)
    plain = of(round_, PLAIN)
    perform(evaluation=plain, transition=workflow.RETURN_BY_STAFF, by=ict_staff, comment="決算額を確かめてください。")
    perform(evaluation=plain, transition=workflow.SUBMIT, by=liaison)
    perform(evaluation=plain, transition=workflow.ENDORSE, by=manager)
    outcome = pressed(client, page).context["outcome"]
    assert accepted(round_) == [DISAGREEING, ENDING, UNGRADED]
    assert [sentence for sentence, _ in outcome.problems] == [
        f"{plain}：確認の画面を開いた後に変わりました。内容を読んでから、もう一度確認してください。"
    ]


def test_what_was_returned_is_told_with_the_reason(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client = client_of(ict_staff)
    page = looked(client)
    plain = of(round_, PLAIN)
    perform(evaluation=plain, transition=workflow.RETURN_BY_STAFF, by=ict_staff, comment="決算額を確かめてください。")
    outcome = pressed(client, page).context["outcome"]
    assert (outcome.title, outcome.text) == (
        "3件の調書を確認しました。",
        "1件は確認できませんでした。理由は次のとおりです。",
    )
    assert outcome.problems == (
        (
            f"{plain}：この調書は今「差戻し」のため、確認はできません。"
            "確認ができるのは「ICT推進課の確認待ち」のときです。",
            f"/desk/evaluations/{plain.pk}/",
        ),
    )


def test_what_is_changed_during_the_work_is_not_accepted(
    ict_staff: User, round_: Round, liaison: User, manager: User
) -> None:
    """Between the reading of the rows and the turn of this one."""
    moment = of(round_, PLAIN).endorsed_at
    rows = to_accept(round_, keys(round_, PLAIN))
    plain = of(round_, PLAIN)
    perform(evaluation=plain, transition=workflow.RETURN_BY_STAFF, by=ict_staff, comment="直してください。")
    answers = Answers(values={"results": "別の実績です。"})
    save_evaluation(evaluation=plain, answers=answers, by=liaison, expected_version=of(round_, PLAIN).version)
    perform(evaluation=plain, transition=workflow.SUBMIT, by=liaison)
    perform(evaluation=plain, transition=workflow.ENDORSE, by=manager)
    done, refused = accept_many(evaluations=rows, by=ict_staff, seen_at=moment)
    assert (done, [each.evaluation.pk for each in refused], accepted(round_)) == ([], [plain.pk], [])


def test_what_was_not_shown_for_its_number_stays(
    client_of: ClientOf, ict_staff: User, round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptance, "MOST_SHOWN", 2)
    client = client_of(ict_staff)
    response = client.post(ACCEPT, {"all": "1"})
    assert "はじめの2件を示しています。ほかの1件は、今回は確認しません。" in words(response.content.decode())
    page = looked(client)
    outcome = pressed(client, page, pk=keys(round_, ENDING, UNGRADED))
    assert accepted(round_) == [PLAIN, ENDING]
    assert messages_of(outcome) == [
        "2件の調書を確認しました。選択を外した1件と、画面に示さなかった1件は、確認していません。"
    ]


@pytest.mark.parametrize("seen", ["", "garbage", "a:b:c", "\x00", "長" * 5000])
def test_what_was_not_made_here_is_refused_in_words(
    client_of: ClientOf, ict_staff: User, round_: Round, seen: str
) -> None:
    client = client_of(ict_staff)
    response = client.post(ACCEPT, {"seen": seen, "pk": keys(round_, PLAIN), "all": "1"}, follow=True)
    assert (messages_of(response), accepted(round_)) == ([UNREADABLE], [])


def test_what_another_person_was_shown_or_was_tampered_with_is_refused(
    client_of: ClientOf, ict_staff: User, other_staff: User, round_: Round
) -> None:
    seen = looked(client_of(other_staff))["seen"]
    client = client_of(ict_staff)
    own = looked(client)["seen"]
    other_use = signing.dumps({"at": "x"}, salt="another")
    for each in (seen, f"{own}x", own[1:], own.swapcase(), other_use):
        assert messages_of(client.post(ACCEPT, {"seen": each}, follow=True)) == [UNREADABLE]
    assert accepted(round_) == []


def test_many_are_accepted_while_the_page_tells_how_far_it_is(
    client_of: ClientOf, ict_staff: User, round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "ONE_BY_ONE_BELOW", 1)
    client = client_of(ict_staff)
    page = looked(client)
    assert client.post(ACCEPT, {"seen": page["seen"]}).streaming


def test_the_keys_of_a_city_fit_into_the_form(round_: Round, ict_staff: User) -> None:
    moment = datetime.datetime(2017, 6, 1, 9, 0, 0, 123456, tzinfo=datetime.UTC)
    seen = Seen(moment, [3 * key + key % 7 for key in range(1, 20_001)], [5, 9], 4)
    text = sealed(seen, deed="accept", round_=round_, by=ict_staff)
    back = unsealed(text, deed="accept", round_=round_, by=ict_staff)
    assert back is not None
    assert (back.at, back.along, back.singly, back.unlisted) == (moment, sorted(seen.along), [5, 9], 4)
    assert len(text) < 20_000
