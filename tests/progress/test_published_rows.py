"""What is undecided in a published year: one definition, of a row and of a query."""

import pytest

from progress.models import PublishedEvaluation
from progress.models.publication import IS_UNDECIDED
from progress.queries.year_changes import changes_page
from progress.yearly_changes import Kind
from tests.progress.published import published_year

pytestmark = pytest.mark.django_db


def test_a_row_and_a_query_agree_on_what_is_undecided() -> None:
    published_year()
    rows = PublishedEvaluation.objects.order_by("code")
    undecided = [row.code for row in rows if row.is_undecided]
    assert undecided == ["1-2-001"]
    assert list(rows.filter(IS_UNDECIDED).values_list("code", flat=True)) == undecided
    assert {row.is_undecided for row in rows.filter(grade_symbol="未着手")} == {False}


def test_what_was_undecided_and_is_graded_or_not_has_changed_on_the_page() -> None:
    year = published_year()
    published_year(year=2017, program=year.program)
    now = PublishedEvaluation.objects.filter(round__year=2017, code="1-2-001")
    assert now.get().is_undecided
    now.update(grade_kind="ungraded", grade_symbol="評価困難", grade_label="評価困難")
    page = changes_page("2017", "decided", None)
    assert [(each.kind, each.count) for each in page.counts if each.count] == [(Kind.DECIDED, 1), (Kind.SAME, 2)]
