"""The preview of a publication shows what the public will see, and stores nothing."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, User
from programs.models import ActionYear
from progress.actions.kept_sums import keep_sums
from progress.actions.measures import save_measure_evaluation
from progress.actions.opening import open_round
from progress.actions.publication import publish
from progress.enums import ScaleKind, Status
from progress.models import Evaluation, MeasureEvaluation, Publication, PublishedEvaluation, PublishedMeasure, Round
from progress.papers.preview import Preview
from tests.plan.reading import links, main_of, words
from tests.programs.factories import IndicatorFactory, IndicatorYearFactory, MilestoneFactory, direction_of
from tests.progress.factories import RoundFactory, action_of, bring_to, entry
from tests.progress.previewed import BANNER, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PREVIEW, PUBLIC = "/desk/rounds/2016/publish/preview/", "/progress/2016/"
PAGES = ("", "measures/1-1/", "measures/2-1/", "actions/1-1-001/", "actions/1-1-002/", "actions/2-1-001/")


@pytest.fixture
def round_(division: Department, liaison: User, manager: User, ict_staff: User) -> Round:
    """Ready: two accepted 調書 with an indicator and a milestone, one exception; one 施策評価 written."""
    round_ = RoundFactory.create(slug="2016")
    for code, direction in (("1-1-001", "1-1-1"), ("1-1-002", "1-1-1"), ("2-1-001", "2-1-1")):
        action = action_of(round_.program, division, code=code, main_direction=direction_of(direction))
        MilestoneFactory.create(action_year=action.years.get())
        indicator = IndicatorFactory.create(action=action)
        IndicatorYearFactory.create(indicator=indicator, position=2016, target=10)
        IndicatorYearFactory.create(indicator=indicator, position=2017, target=20)
    open_round(round=round_, by=ict_staff)
    first, second, third = round_.evaluations.order_by("action__code")
    for each in (first, third):
        bring_to(Status.ACCEPTED, each, liaison=liaison, manager=manager, staff=ict_staff)
    third.indicators.update(actual=Decimal(9))
    keep_sums(round_.evaluations.all())  # as saving does
    ActionYear.objects.filter(action=first.action).update(original_planned_work="はじめの計画です。", original_budget=7)
    bring_to(Status.ENDORSED, second, liaison=liaison, manager=manager, staff=ict_staff)
    Evaluation.objects.filter(pk=second.pk).update(exception_reason="決算が確定していないため")
    save_measure_evaluation(
        evaluation=MeasureEvaluation.objects.get(round=round_, measure__policy__number=1, measure__number=1),
        values={"rating_id": entry(round_, "B", ScaleKind.MEASURE).pk, "reason": "半数が目標に達した。"},
        by=ict_staff,
        expected_version=1,
    )
    return round_


@pytest.mark.parametrize("page", PAGES)
def test_the_preview_says_what_the_public_page_will_say(
    client_of: ClientOf, ict_staff: User, round_: Round, page: str
) -> None:
    client = client_of(ict_staff)
    before = client.get(PREVIEW + page)
    assert BANNER.strip() in words(main_of(before))
    publish(round=round_, by=ict_staff)
    after = Client().get(PUBLIC + page)
    assert (before.status_code, after.status_code) == (200, 200)
    assert text_of(before) == text_of(after)


def test_what_was_planned_at_first_is_told(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    shown = main_of(client_of(ict_staff).get(f"{PREVIEW}actions/1-1-001/"))
    assert "当初の計画 はじめの計画です。" in words(shown)
    assert "当初の予算額 7千円" in words(shown)


def test_the_rows_are_those_that_are_frozen(ict_staff: User, round_: Round) -> None:
    made = Preview.of(round_)
    before = [(row.code, row.grade_symbol, row.settlement, row.data) for row in made.rows(made.evaluations)]
    measures = [(row.measure_id, row.rating_symbol, row.data) for row in made.measure_rows()]
    publish(round=round_, by=ict_staff)
    frozen = PublishedEvaluation.objects.order_by("code")
    assert before == [(row.code, row.grade_symbol, row.settlement, row.data) for row in frozen]
    rows = PublishedMeasure.objects.order_by("measure__policy__number", "measure__number")
    assert measures == [(row.measure_id, row.rating_symbol, row.data) for row in rows]


def test_nothing_is_stored_and_nothing_is_public(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client = client_of(ict_staff)
    for page in PAGES:
        client.get(PREVIEW + page)
        assert Client().get(PUBLIC + page).status_code == 404
    counts = [model.objects.count() for model in (Publication, PublishedEvaluation, PublishedMeasure)]
    assert counts == [0, 0, 0]


def test_links_lead_from_preview_to_preview(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client = client_of(ict_staff)
    found = links(main_of(client.get(PREVIEW)))
    assert [link for link in found if link.startswith(PUBLIC)] == []
    assert {f"{PREVIEW}measures/1-1/", f"{PREVIEW}actions/", f"{PREVIEW}departments/"} <= set(found)
    assert "公表したときは空なので" in words(main_of(client.get(f"{PREVIEW}corrections/")))
    assert [client.get(link).status_code for link in found if link.startswith(PREVIEW)] == [200] * sum(
        link.startswith(PREVIEW) for link in found
    )


def _codes(text: str) -> list[str]:
    """Of the actions in the list."""
    return re.findall(r"\d-\d-\d{3}", text)


ASKED = (
    "",
    "grade={grade}",
    "grade=undecided",
    "grade=nothing",
    "measure=2-1",
    "measure=2",
    "department={department}",
    "department=none",
    "outlook={outlook}",
    "sort=-code",
    "sort=-grade",
    "sort=department",
    "sort=-settlement",
    "grade={grade}&measure=1-1&sort=title",
    # A code, and an action with the department; what was done, half width; what is not decided yet; why it is not.
    "q=2-1",
    "q={title}+{name}",
    "q=ｼﾞｯｾｷﾉ+札幌",
    "q=ヒミツ",
    "q=決算ガ確定シテイナイ",
    "q=評価（平成28(2016)年度",
    "q=・",
    "q={title}&grade=undecided&sort=-code",
)


def test_the_list_of_actions_is_narrowed_and_sorted_as_the_public_one(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department
) -> None:
    one = round_.evaluations.get(action__code="1-1-001")
    assert one.grade
    assert one.outlook
    Evaluation.objects.filter(pk=one.pk).update(results="じっせきの札幌")
    round_.evaluations.filter(action__code="1-1-002").update(results="まだ秘密、ひみつ")
    given = {"grade": one.grade.symbol, "outlook": one.outlook.symbol, "department": division.code}
    given |= {"title": one.action.title, "name": division.name}
    queries, client = [query.format(**given) for query in ASKED], client_of(ict_staff)
    before = {query: text_of(client.get(f"{PREVIEW}actions/?{query}")) for query in queries}
    publish(round=round_, by=ict_staff)
    assert before == {query: text_of(Client().get(f"{PUBLIC}actions/?{query}")) for query in queries}
    assert _codes(before["grade=undecided"]) == ["1-1-002"]
    assert [_codes(before[f"q={asked}"]) for asked in ("ｼﾞｯｾｷﾉ+札幌", "ヒミツ", "決算ガ確定シテイナイ")] == [
        ["1-1-001"],
        [],
        ["1-1-002"],
    ]


def test_a_round_is_previewed_before_all_is_accepted(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    """What is not accepted shows its plan, and the pages say how many there are."""
    client = client_of(ict_staff)
    publication = "/desk/rounds/2016/publish/"
    missing = "確認が済んでいない調書（1件）の達成度、実績、決算額など。"
    assert (PREVIEW in links(main_of(client.get(publication))), missing in words(main_of(client.get(publication)))) == (
        True,
        False,
    )
    round_.evaluations.filter(action__code="1-1-002").update(exception_reason="", results="まだ秘密の実績")
    html = main_of(client.get(publication))
    assert (PREVIEW in links(html), missing in words(html)) == (True, True)
    counted, this_one = "確認が済んでいない調書が1件あります。", "この調書は、確認が済んでいません。"
    shown = {page: words(main_of(client.get(PREVIEW + page))) for page in (*PAGES, "actions/", "departments/")}
    assert [page for page, text in shown.items() if "まだ秘密" in text] == []
    lists = {page for page in shown if not page.startswith("actions/1") and not page.startswith("actions/2")}
    assert {page for page, text in shown.items() if counted in text} == lists
    assert {page for page, text in shown.items() if this_one in text} == {"actions/1-1-002/"}


@pytest.mark.parametrize(("reason", "is_told"), [("決算が確定していないため", True), ("", False)])
def test_only_an_exception_is_said_to_be_published_undecided(
    client_of: ClientOf, ict_staff: User, round_: Round, reason: str, is_told: bool
) -> None:
    """What is merely not accepted yet is no exception, and has no reason to give."""
    round_.evaluations.filter(action__code="1-1-002").update(exception_reason=reason)
    text = words(main_of(client_of(ict_staff).get(f"{PREVIEW}actions/1-1-002/")))
    frame = f"公表時点で評価が確定していません理由：{reason}"
    assert ("公表時点で評価が確定していません" in text, frame in text.replace(" ", "")) == (is_told, is_told)
    assert ("この調書は、確認が済んでいません。" in text) is not is_told


TEXTS = (
    *("planned_work", "plan_change", "results", "grade_reason", "outcomes", "problems"),
    *("environment_change", "outlook_reason", "next_plan", "exception_reason"),
)


def test_every_text_is_found_in_the_preview_as_it_is_in_public(
    client_of: ClientOf, ict_staff: User, round_: Round
) -> None:
    words_of = {name: f"ことば{place}番" for place, name in enumerate(TEXTS)}
    round_.evaluations.filter(action__code="2-1-001").update(**words_of)
    one = round_.evaluations.select_related("grade", "outlook").get(action__code="2-1-001")
    words_of |= {"grade": one.grade.label, "outlook": one.outlook.label}  # type: ignore[union-attr]  # it is accepted
    client = client_of(ict_staff)
    before = {name: _codes(text_of(client.get(f"{PREVIEW}actions/?q={asked}"))) for name, asked in words_of.items()}
    publish(round=round_, by=ict_staff)
    public = Client()
    assert before == {
        name: _codes(text_of(public.get(f"{PUBLIC}actions/?q={asked}"))) for name, asked in words_of.items()
    }
    assert {name for name, found in before.items() if "2-1-001" in found} == set(words_of) - {
        "plan_change",
        "exception_reason",
    }


def test_what_is_not_there_is_not_found(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client = client_of(ict_staff)
    missing = [client.get(PREVIEW + page).status_code for page in ("measures/9-9/", "actions/9-9-999/")]
    assert missing == [404, 404]


def test_the_preview_of_a_published_round_leads_to_the_public_pages(
    client_of: ClientOf, ict_staff: User, round_: Round
) -> None:
    publish(round=round_, by=ict_staff)
    pages = (*PAGES, "actions/?grade=2&q=%E5%8F%96%E7%B5%84", "departments/", "changes/?kind=better", "corrections/")
    client = client_of(ict_staff)
    assert [client.get(PREVIEW + page).headers["Location"] for page in pages] == [PUBLIC + page for page in pages]


def test_the_preview_of_a_round_in_preparation_leads_to_its_opening(client_of: ClientOf, ict_staff: User) -> None:
    RoundFactory.create(slug="2016")
    client = client_of(ict_staff)
    leading = {client.get(PREVIEW + page).headers["Location"] for page in PAGES}
    assert leading == {"/desk/rounds/2016/open/"}


def test_more_actions_take_no_more_queries(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department
) -> None:
    client = client_of(ict_staff)

    def queries() -> list[int]:
        counts = []
        for page in ("", "measures/1-1/", "actions/"):
            with CaptureQueriesContext(connection) as captured:
                client.get(PREVIEW + page)
            counts.append(len(captured))
        return counts

    queries()  # prolongs the session, keeps the plan
    once = queries()
    for _ in range(20):
        action = action_of(round_.program, division)
        Evaluation.objects.create(
            round=round_, action=action, direction=action.main_direction, department=division, exception_reason="未確定"
        )
    assert queries() == once
