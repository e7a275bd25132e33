"""The one list that every paper and workbook of a round is made of."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, User
from programs.models import ActionYear
from progress.actions.opening import open_round
from progress.actions.publication import publish
from progress.enums import PaperKind, Status
from progress.models import Evaluation, Round
from progress.papers.printing import html_of
from progress.papers.report import Report, report_of
from progress.papers.round_paper import _said, round_paper
from progress.papers.selection import Selection
from tests.programs.factories import MilestoneFactory, direction_of
from tests.progress.factories import RoundFactory, action_of, bring_to
from tests.progress.published import published_year

pytestmark = pytest.mark.django_db


def _ready(people: dict[str, User], division: Department, codes: list[tuple[str, str]]) -> Round:
    round_ = RoundFactory.create()
    for code, direction in codes:
        action_of(round_.program, division, code=code, main_direction=direction_of(direction))
    open_round(round=round_, by=people["staff"])
    for each in Evaluation.objects.filter(round=round_):
        bring_to(Status.ACCEPTED, each, **people)
    return round_


@pytest.fixture
def people(liaison: User, manager: User, ict_staff: User) -> dict[str, User]:
    return {"liaison": liaison, "manager": manager, "staff": ict_staff}


def _content(report: Report) -> list[object]:
    rows = [(row.code, row.measure_id, row.grade_symbol, row.data) for row in report.evaluations]
    return [rows, [(row.measure_id, row.data) for row in report.measures], report.whole, report.results]


def test_a_draft_says_what_is_published_afterwards(people: dict[str, User], division: Department) -> None:
    round_ = _ready(people, division, [("2-1-001", "2-1-1"), ("1-1-002", "1-1-1"), ("1-1-001", "1-1-1")])
    draft = report_of(Round.objects.get(pk=round_.pk))
    publish(round=round_, by=people["staff"])
    published = report_of(Round.objects.get(pk=round_.pk))
    assert (draft.is_draft, published.is_draft) == (True, False)
    assert [row.code for row in published.evaluations] == ["1-1-001", "1-1-002", "2-1-001"]
    assert _content(draft) == _content(published)
    assert draft.whole.total == 3


def test_a_sheet_tells_what_was_planned_at_first(people: dict[str, User], division: Department) -> None:
    round_ = _ready(people, division, [("1-1-001", "1-1-1")])
    plan = ActionYear.objects.get(year=round_.year)
    first = {"original_planned_work": "1件を試行します。\n次の行", "original_budget": 7}
    ActionYear.objects.filter(pk=plan.pk).update(**first, original_milestones=[{"month": 9, "title": "試行"}])
    MilestoneFactory.create(action_year=plan, month=10, title="試行")
    Evaluation.objects.get(round=round_).milestones.create(month=10, title="試行")
    paper = round_paper(report_of(Round.objects.get(pk=round_.pk)), Selection.of(PaperKind.COMMITTEE), "1")
    told = html_of(paper)
    assert "<b>当初の計画　　　</b>1件を試行します。\n次の行</p>" in told
    assert "<b>当初の予算額　　</b>7千円</p>" in told
    assert "<b>当初のマイルストーン　</b>9月 試行</p>" in told


def test_a_correction_tells_in_a_paper_what_differs() -> None:
    year = published_year()
    year.correct("1-1-001", results="市民の声を聞いて、年度の終わりまでに12件を公開しました。")
    year.correct("1-1-001", results="市民の声を聞いて、年度の終わりまでに15件を公開しました。", settlement=None)
    report = report_of(Round.objects.get(pk=year.round.pk))
    told = html_of(round_paper(report, Selection.of(PaperKind.CORRECTIONS), "1"))
    assert "までに<del>12</del>件を公開しました。" in told
    assert "までに<ins>15</ins>件を公開しました。" in told
    assert told.count("変更箇所の見方") == 1


def test_amounts_alone_are_not_marked_and_need_no_legend() -> None:
    year = published_year()
    year.correct("1-1-001", settlement=777)
    report = report_of(Round.objects.get(pk=year.round.pk))
    told = html_of(round_paper(report, Selection.of(PaperKind.CORRECTIONS), "1"))
    assert "<td>777千円" in told.replace("<td>\n", "<td>")
    assert "変更箇所の見方" not in told


@pytest.mark.parametrize("is_published", [False, True])
def test_the_number_of_queries_does_not_grow(people: dict[str, User], division: Department, is_published: bool) -> None:
    counts = []
    for total in (1, 6):
        round_ = _ready(people, division, [(f"1-1-{number:03}", "1-1-1") for number in range(1, total + 1)])
        if is_published:
            publish(round=round_, by=people["staff"])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            report = report_of(Round.objects.for_reports().get(pk=round_.pk))
            assert report.whole.total == len(report.evaluations) == total
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


@pytest.mark.parametrize(
    ("rate", "reached", "cell"),
    [("120%", "達成", "120% 達成"), ("－", "－", "－"), ("－", "達成", "達成"), ("80%", "－", "80%")],
)
def test_a_cell_of_two_words_has_one_dash_at_most(rate: str, reached: str, cell: str) -> None:
    assert _said(rate, reached) == cell
