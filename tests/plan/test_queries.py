"""What the pages read: order, neighbours, days of change, and a constant number of queries."""

import datetime

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from plan.enums import RevisionKind
from plan.models import Plan, Revision, Section, Term
from plan.queries import changed_on, current_plan, glossary_of, published_plan
from plan.queries.glossary import OTHER, by_reading, reading_order, row_of
from plan.queries.hierarchy import direction_page, measure_page, policy_page, structure
from plan.queries.plans import Counts, address_order, counts_of
from tests.plan.second_plan import make_plan

pytestmark = pytest.mark.django_db
JAPAN = datetime.timezone(datetime.timedelta(hours=9))


@pytest.fixture
def plan() -> Plan:
    return Plan.objects.get(slug="2016")


def _revise(plan: Plan, path: str, made_at: datetime.datetime) -> None:
    Revision.objects.create(
        plan=plan, kind=RevisionKind.CHANGED, object_type="plan.x", object_id=1, title="x", path=path, made_at=made_at
    )


def test_published_plan_knows_no_other() -> None:
    make_plan(is_published=False)
    with pytest.raises(Plan.DoesNotExist):
        published_plan("2021")


def test_current_plan_is_none_until_one_is_chosen() -> None:
    Plan.objects.update(is_current=False)
    assert current_plan() is None


def test_counts_are_those_of_the_document(plan: Plan) -> None:
    assert counts_of(plan) == Counts(
        policies=3,
        measures=7,
        directions=23,
        items=62,
        figures=42,
        surveys=3,
        terms=23,
        related_plans=plan.related_plans.count(),
        revisions=0,
        mendings=87,
    )


def test_sections_are_in_the_order_of_their_numbers_not_of_their_letters() -> None:
    rows = [Section(path=path) for path in ("2/10", "2/9", "10", "2", "2/9/1")]
    assert [row.path for row in sorted(rows, key=address_order)] == ["2", "2/9", "2/9/1", "2/10", "10"]


def test_a_page_changed_when_the_newest_revision_of_it_was_made_in_japan(plan: Plan) -> None:
    _revise(plan, "/plans/2016/chapters/2/3/#s-2-3-1", datetime.datetime(2030, 4, 1, 0, 30, tzinfo=JAPAN))
    _revise(plan, "/plans/2016/chapters/2/31/", datetime.datetime(2031, 4, 1, tzinfo=JAPAN))
    assert changed_on(plan, "/plans/2016/chapters/2/3/") == datetime.date(2030, 4, 1)
    assert changed_on(plan, under="/plans/2016/chapters/") == datetime.date(2031, 4, 1)
    assert changed_on(plan) == datetime.date(2031, 4, 1)


def test_a_page_never_revised_dates_from_the_day_the_plan_came_in(plan: Plan) -> None:
    entered = plan.history.earliest("history_date").history_date
    assert changed_on(plan, "/plans/2016/measures/1-1/") == timezone.localdate(entered)


@pytest.mark.parametrize(
    ("reading", "row"),
    [
        ("くらうど", "か"),
        ("がばなんす", "か"),
        ("ぷっしゅ", "は"),
        ("ゔぃじょん", "あ"),
        ("ハッカソン", "は"),
        ("んじゃめな", "わ"),
        ("wifi", OTHER),
    ],
)
def test_a_term_is_filed_by_the_first_kana_of_its_reading(reading: str, row: str) -> None:
    assert row_of(Term(number=1, name="見本", reading=reading)) == row


def test_voiced_and_plain_kana_sort_together() -> None:
    terms = [Term(number=at, name=text, reading=text) for at, text in enumerate(["かん", "がく", "かい", "きく"])]
    assert [term.reading for term in sorted(terms, key=reading_order)] == ["かい", "がく", "かん", "きく"]


def test_every_row_is_there_and_others_only_when_needed() -> None:
    assert "".join(row.name for row in by_reading([])) == "あかさたなはまやらわ"
    odd = Term(number=1, name="X", reading="x")
    assert [row.name for row in by_reading([odd])][-1] == OTHER


@pytest.mark.parametrize(
    ("page", "code"),
    [(measure_page, (1, 9)), (measure_page, (9, 1)), (direction_page, (1, 1, 9)), (policy_page, 9)],
)
def test_pages_of_what_is_not_there_raise(page: object, code: object) -> None:
    with pytest.raises(ObjectDoesNotExist):
        page("2016", code)  # type: ignore[operator]  # four functions of one shape


def test_the_hierarchy_takes_three_queries_and_knows_its_plan(plan: Plan, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(3):  # type: ignore[operator]  # a fixture of pytest-django
        addresses = [
            direction.get_absolute_url()
            for policy in structure(plan)
            for measure in policy.measures.all()
            for direction in measure.directions.all()
        ]
    assert len(addresses) == 23


def test_the_glossary_takes_one_query(plan: Plan, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]  # a fixture of pytest-django
        glossary = glossary_of(plan)
        addresses = [glossary.url(number) for number in glossary.terms]
    assert addresses == [f"/plans/2016/glossary/{number}/" for number in range(1, 24)]
