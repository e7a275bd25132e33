"""Rows of any app are found once their kind is registered; many at once go in and out in few queries."""

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from plan import search
from plan.enums import DocumentKind
from plan.models import Direction, Mending, Plan, Policy, SearchDocument, Term, TermUse
from plan.search.indexing import BATCH
from plan.search.sources import SOURCES

pytestmark = pytest.mark.django_db

FIRST_ID = 100_000


@pytest.fixture
def plan() -> Plan:
    return Plan.objects.get(slug="2016")


def of_mending(mending: Mending) -> search.Document:
    return search.Document(
        DocumentKind.ACTION, mending, mending.plan_id, None, f"取組 {mending.place}", "/programs/", mending.reason, 1
    )


@pytest.fixture
def mending(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> Mending:
    """A row of a kind that search does not know by itself; those whose ledger is 非公開 are not for the public."""
    model: type[Model] = Mending
    rows = Mending.objects.exclude(ledger="非公開")
    monkeypatch.setitem(SOURCES, model, search.Source(rows, "plan", of_mending))
    return Mending.objects.create(plan=plan, ledger="X", place="見守り端末", reason="クラウドを使います。", position=99)


def documents(plan: Plan, count: int, text: str) -> list[search.Document]:
    return [
        search.Document(
            DocumentKind.ACTION, Direction(pk=FIRST_ID + at), plan.pk, None, f"取組{at}", f"/programs/{at}/", text, at
        )
        for at in range(count)
    ]


def stored(first: int = FIRST_ID) -> list[tuple[int, str]]:
    found = SearchDocument.objects.filter(source_model="plan.direction", source_id__gte=first)
    return list(found.order_by("source_id").values_list("source_id", "text"))


def uses(text_of: str) -> set[str]:
    return set(TermUse.objects.filter(document__title=text_of).values_list("term__name", flat=True))


def found(plan: Plan, query: str) -> list[str]:
    result = search.find(query, plan=plan, kind=DocumentKind.ACTION)
    return ["".join(piece.text for piece in hit.title) for group in result.groups for hit in group.hits]


def test_row_of_a_registered_kind_is_found_and_uses_terms(plan: Plan, mending: Mending) -> None:
    search.refresh(mending)
    assert (found(plan, "見守り端末"), uses("取組 見守り端末")) == (["取組 見守り端末"], {"クラウド"})
    search.forget(mending)
    search.refresh_around(mending)
    assert found(plan, "見守り端末") == []


def test_row_that_the_public_may_no_longer_find_is_taken_out(plan: Plan, mending: Mending) -> None:
    search.refresh(mending)
    mending.ledger = "非公開"
    mending.save()
    search.refresh(mending)
    assert found(plan, "見守り端末") == []


def test_change_of_a_policy_leaves_alone_what_does_not_follow_the_plan(plan: Plan, mending: Mending) -> None:
    search.refresh(mending)
    before = SearchDocument.objects.get(source_model="plan.mending", source_id=mending.pk).pk
    search.refresh(Policy.objects.get(plan=plan, number=1))
    assert SearchDocument.objects.get(source_model="plan.mending", source_id=mending.pk).pk == before


def test_rebuilding_a_plan_makes_the_documents_of_every_app(plan: Plan, mending: Mending) -> None:
    search.rebuild(plan)
    assert found(plan, "見守り端末") == ["取組 見守り端末"]
    assert SearchDocument.objects.filter(source_model="plan.mending").count() == plan.mendings.count()


def test_documents_take_the_place_of_those_of_their_sources(plan: Plan) -> None:
    search.index(documents(plan, 3, "ワンストップの窓口"))
    search.index([*documents(plan, 2, "古い文"), *documents(plan, 2, "クラウドの利用")])
    assert stored() == [
        (FIRST_ID, "クラウドの利用"),
        (FIRST_ID + 1, "クラウドの利用"),
        (FIRST_ID + 2, "ワンストップの窓口"),
    ]
    assert [uses(f"取組{at}") for at in range(3)] == [{"クラウド"}, {"クラウド"}, {"ワンストップ"}]


def test_documents_of_several_plans_use_the_terms_of_their_own(plan: Plan) -> None:
    other = Plan.objects.create(slug="2021", title="次", goal="次", start_year=2021, end_year=2025)
    Term.objects.create(plan=other, number=1, name="窓口", reading="まどぐち", explanation="窓口。")
    mixed = [documents(plan, 2, "クラウドの窓口")[0], documents(other, 2, "クラウドの窓口")[1]]
    search.index(mixed)
    assert [uses(f"取組{at}") for at in range(2)] == [{"クラウド"}, {"窓口"}]


def test_indexing_takes_the_same_queries_for_each_batch(plan: Plan) -> None:
    def queries(batches: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            search.index(documents(plan, batches * BATCH, "クラウドの利用"))
        return len(captured)

    one, two, three = queries(1), queries(2), queries(3)
    assert three - two == two - one
    assert one <= 20


def test_sources_are_forgotten_in_bulk(plan: Plan) -> None:
    search.index(documents(plan, BATCH + 2, "クラウドの利用"))
    search.forget_sources(Direction, range(FIRST_ID, FIRST_ID + BATCH + 1))
    assert stored() == [(FIRST_ID + BATCH + 1, "クラウドの利用")]
    assert (
        TermUse.objects.filter(document__source_id__gte=FIRST_ID, document__source_model="plan.direction").count() == 1
    )
