"""The year before in the committee's workbook of a new programme's first year: of the actions that are continued."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs.actions.succession import Succession, start_next_program
from programs.models import Program
from progress.models import PublishedEvaluation, Round
from progress.queries.year_before import year_before
from tests.progress.books import column, committee, head, opened, rows
from tests.progress.published import Year, accepted_year, published_year

pytestmark = pytest.mark.django_db
ONE, TWO, UNDECIDED = "1-1-001", "1-1-002", "1-2-001"
GRADE, BUDGET, SETTLEMENT, ACTUAL = (
    f"平成29(2017)年度の{name}" for name in ("達成度", "予算額（千円）", "決算額（千円）", "実績値")
)


@pytest.fixture
def last() -> Year:
    """The last year of a programme, published: the grade 2 with 150 of its indicator, 未着手, an exception."""
    made = published_year(year=2017)
    for code, budget, settlement in ((ONE, 500, 400), (TWO, 50, 40), (UNDECIDED, 7, None)):
        PublishedEvaluation.objects.filter(code=code).update(budget=budget, settlement=settlement)
    return made


def _continued(last: Year, **codes: list[str]) -> Program:
    """The programme after it, in which each action goes on under `codes`."""
    return start_next_program(
        program=last.program,
        slug="2018",
        title="次のプログラム",
        end_year=2019,
        succession=Succession({last.actions[code].pk: names for code, names in codes.items()}),
        by=last.staff,
    )


def _book(program: Program) -> Any:
    return opened(committee(accepted_year(year=2018, program=program).round))


def test_a_continued_action_has_the_year_before_of_the_one_it_continues(last: Year) -> None:
    book = _book(_continued(last, **{ONE: ["1-1-005"], TWO: [TWO], UNDECIDED: ["1-1-007"]}))
    assert column(rows(book["取組一覧"]), "取組コード", GRADE) == [
        (TWO, "未着手"),
        ("1-1-005", "2"),
        ("1-1-007", "評価が未確定"),
    ]
    money = rows(book["事業費"])
    assert column(money[:-1], "取組コード", BUDGET, SETTLEMENT) == [
        (TWO, 50, 40),
        ("1-1-005", 500, 400),
        ("1-1-007", 7, None),
    ]
    assert column(money[-1:], BUDGET, SETTLEMENT) == [(557, 440)]
    assert column(rows(book["指標"]), "取組コード", ACTUAL) == [("1-1-005", 150)]


def test_a_merged_action_has_the_grades_of_all_and_their_money_where_all_is_known(last: Year) -> None:
    book = _book(_continued(last, **{ONE: [ONE, "1-1-008"], TWO: [TWO], UNDECIDED: [TWO]}))
    assert column(rows(book["取組一覧"]), "取組コード", GRADE) == [
        (ONE, "2"),
        (TWO, "1-1-002 未着手\n1-2-001 評価が未確定"),
        ("1-1-008", "2"),
    ]
    money = rows(book["事業費"])
    assert column(money[:-1], "取組コード", BUDGET, SETTLEMENT) == [
        (ONE, None, None),  # nobody knows how the money of a split action is divided
        (TWO, 57, None),
        ("1-1-008", None, None),
    ]
    assert column(rows(book["指標"]), "取組コード", ACTUAL) == [(ONE, 150), ("1-1-008", 150)]


def test_money_of_a_merged_action_is_not_that_of_those_alone_that_were_told(last: Year) -> None:
    following = _continued(last, **{ONE: [ONE], TWO: [ONE]})
    PublishedEvaluation.objects.filter(code=TWO).update(is_current=False)
    (before,) = year_before(Round(program=following, year=2018)).values()
    assert (before.grade, before.budget, before.settlement) == ("1-1-001 2", None, None)


def test_an_indicator_in_another_unit_is_another_one(last: Year) -> None:
    following = _continued(last, **{ONE: [ONE]})
    following.actions.get().indicators.update(unit="千件")
    book = _book(following)
    assert column(rows(book["指標"]), "取組コード", ACTUAL) == [(ONE, None)]


def test_nothing_stands_beside_where_nothing_is_continued_or_published(last: Year) -> None:
    following = _continued(last, **{ONE: [ONE]})
    Round.objects.filter(year=2017).update(state="open", published_at=None)
    assert GRADE not in head(_book(following)["取組一覧"])


def test_its_own_year_before_comes_first(last: Year) -> None:
    following = _continued(last, **{ONE: ["1-1-005"]})
    Program.objects.update(is_published=True)
    Round.objects.filter(year=2017).update(year=2018)  # published beside it: years of two programmes may overlap
    published_year(year=2018, program=following)
    (told,) = year_before(Round(program=following, year=2019)).values()
    assert [row.code for row in told.rows] == ["1-1-005"]


def test_queries_do_not_grow(last: Year) -> None:
    following = _continued(last, **{ONE: [ONE, "1-1-008"], TWO: [TWO, "1-1-009"], UNDECIDED: [TWO]})
    with CaptureQueriesContext(connection) as queries:
        before = year_before(Round(program=following, year=2018))
    assert (len(before), len(queries)) == (4, 2)
