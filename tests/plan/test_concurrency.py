"""Several people saving at the same moment, with real threads and transactions."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import User
from plan import actions
from plan.caching import content_version
from plan.editing.errors import StaleEdit
from plan.models import Revision, Term

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 6


@pytest.fixture(autouse=True)
def _needs_real_connections() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only: an SQLite database in memory has one connection")


def _save_at_once(terms: list[Term], by: User) -> list[str]:
    """Every thread changes its term at the same moment; says how each ended."""
    together = Barrier(len(terms))

    def save(number: int) -> str:
        term = terms[number]
        term.explanation = f"{number}番目の人が書いた説明です。"
        together.wait(timeout=10)
        try:
            actions.revise(root=term, by=by, reason="同時の保存", expected_version=term.version)
        except StaleEdit:
            return "stale"
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(len(terms)) as threads:
        return list(threads.map(save, range(len(terms))))


def test_different_texts_saved_at_once_are_all_saved(ict_staff: User) -> None:
    before = content_version()
    terms = list(Term.objects.order_by("number")[:WRITERS])
    assert _save_at_once(terms, ict_staff) == ["saved"] * WRITERS
    saved = Term.objects.filter(pk__in=[term.pk for term in terms]).order_by("number")
    assert [term.explanation for term in saved] == [f"{number}番目の人が書いた説明です。" for number in range(WRITERS)]
    assert content_version() == before + WRITERS


def test_one_text_saved_at_once_is_saved_once_and_the_others_are_told(ict_staff: User) -> None:
    number = Term.objects.order_by("number").values_list("number", flat=True)[0]
    terms = [Term.objects.get(number=number) for _ in range(WRITERS)]
    assert sorted(_save_at_once(terms, ict_staff)) == ["saved"] + ["stale"] * (WRITERS - 1)
    assert Revision.objects.filter(object_type="plan.term", object_id=terms[0].pk, reason="同時の保存").count() == 1
