"""The index of characters and their pairs finds what comparing every document finds, however documents are written."""

import pytest
from django.db import connection
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plan.models import Plan, SearchDocument
from plan.search.grams import narrowed
from plan.text.folding import fold

pytestmark = pytest.mark.django_db

FIRST_ID = 100_000
# Few characters make many of the same pairs; a document of over 17 spans the pieces in which SQLite cuts it.
CHARACTERS = "あ防災情1-%_'\"*龍𠮷é🙂"
TEXTS = st.lists(st.text(CHARACTERS + "\n", max_size=60), min_size=1, max_size=6)
WORDS = st.lists(st.lists(st.text(CHARACTERS, min_size=1, max_size=4), min_size=1, max_size=2), min_size=1, max_size=2)


@pytest.fixture
def plan() -> Plan:
    return Plan.objects.get(slug="2016")


def made(plan: Plan, texts: list[str]) -> list[SearchDocument]:
    return [
        SearchDocument(plan=plan, kind="term", source_model="x.x", source_id=FIRST_ID + at, folded=text, position=at)
        for at, text in enumerate(texts)
    ]


def of_test() -> QuerySet[SearchDocument]:
    return SearchDocument.objects.filter(source_model="x.x")


def containing(documents: QuerySet[SearchDocument], spelled: list[str]) -> QuerySet[SearchDocument]:
    found = documents.none()
    for word in spelled:
        found |= documents.filter(folded__contains=word)
    return found


def found(word: str) -> list[str]:
    """The texts of the test that the index alone gives for a character or a pair: for them it is exact."""
    if connection.vendor == "postgresql":
        return sorted(of_test().filter(folded__contains=word).values_list("folded", flat=True))
    return sorted(narrowed(of_test(), [[word]]).values_list("folded", flat=True))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=TEXTS, words=WORDS)
def test_narrowing_loses_nothing_and_gives_the_oldest_first(
    plan: Plan, texts: list[str], words: list[list[str]]
) -> None:
    of_test().delete()
    SearchDocument.objects.bulk_create(made(plan, ["\n".join(map(fold, text.split("\n"))) for text in texts]))
    words = [[fold(word) or "防" for word in spelled] for spelled in words]
    compared, narrow = of_test(), narrowed(of_test(), words)
    for spelled in words:
        compared = compared.filter(pk__in=containing(of_test(), spelled).values("pk"))
        narrow = narrow.filter(pk__in=containing(of_test(), spelled).values("pk"))
    assert list(narrow.values_list("pk", flat=True)) == list(compared.order_by("pk").values_list("pk", flat=True))


def test_every_pair_of_a_long_text_is_found_and_no_other(plan: Plan) -> None:
    text = "".join(chr(0x4E00 + at) for at in range(100))
    SearchDocument.objects.bulk_create(made(plan, [text]))
    assert [found(text[at : at + 2]) for at in range(100)] == [[text]] * 100
    assert found(text[1] + text[0]) == []


def test_index_follows_every_way_of_writing(plan: Plan) -> None:
    SearchDocument.objects.bulk_create(made(plan, ["防災", "災害", "龍"]))
    assert (found("災"), found("防災"), found("龍")) == (["災害", "防災"], ["防災"], ["龍"])
    SearchDocument.objects.bulk_create(
        made(plan, ["情報", "災害"]),
        update_conflicts=True,
        unique_fields=["source_model", "source_id"],
        update_fields=["folded"],
    )
    assert (found("災"), found("防災"), found("情報")) == (["災害"], [], ["情報"])
    of_test().filter(source_id=FIRST_ID + 2).update(folded="亀")
    row = of_test().get(source_id=FIRST_ID)
    row.folded = "避難"
    row.save()
    assert (found("龍"), found("亀"), found("情報"), found("避難")) == ([], ["亀"], [], ["避難"])
    row.delete()
    of_test().filter(folded="亀").delete()
    assert (found("避難"), found("亀"), found("災害")) == ([], [], ["災害"])


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has its own index on the column")
def test_index_of_what_is_gone_holds_nothing(plan: Plan) -> None:
    """Without its document a token would never be seen, only make the index longer."""
    SearchDocument.objects.bulk_create(made(plan, ["龘靐", "龘"]))
    of_test().filter(folded="龘").update(folded="靐")
    of_test().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rowid FROM plan_searchgram WHERE plan_searchgram MATCH %s", ["龘".encode().hex().upper()]
        )
        assert cursor.fetchall() == []
