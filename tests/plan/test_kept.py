"""Values kept for one state of the content: made once, thrown away by the next edit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from plan.actions import bump_content_version
from plan.models import Plan
from plan.queries import kept
from plan.queries.kept import kept_plan, kept_value

pytestmark = pytest.mark.django_db


def test_value_is_made_once_until_the_content_changes() -> None:
    made: list[str] = []

    def title() -> str:
        made.append(Plan.objects.get(slug="2016").title)
        return made[-1]

    before = [kept_value("tests:title", title), kept_value("tests:title", title)]
    Plan.objects.filter(slug="2016").update(title="新しい題名")
    unseen = kept_value("tests:title", title)
    bump_content_version()
    assert (before, unseen) == ([made[0], made[0]], made[0])
    assert [kept_value("tests:title", title), kept_value("tests:title", title)] == ["新しい題名"] * 2
    assert len(made) == 2


def test_keys_are_kept_apart_and_an_empty_value_is_a_value() -> None:
    made: list[str] = []

    def nothing() -> None:
        made.append("made")

    kept_value("tests:nothing", nothing)
    kept_value("tests:nothing", nothing)
    assert (kept_value("tests:one", lambda: 1), kept_value("tests:two", lambda: 2), made) == (1, 2, ["made"])


def test_a_value_may_be_made_of_other_kept_ones() -> None:
    def outer() -> tuple[str, int]:
        return kept_plan("2016").plan.slug, kept_value("tests:inner", lambda: 7)

    assert kept_value("tests:outer", outer) == ("2016", 7)


def test_a_value_that_cannot_be_made_is_asked_for_again() -> None:
    def fail() -> int:
        raise Plan.DoesNotExist

    with pytest.raises(Plan.DoesNotExist):
        kept_value("tests:fails", fail)
    assert kept_value("tests:fails", lambda: 3) == 3


def test_threads_that_ask_at_once_get_the_same_value(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = 4
    monkeypatch.setattr(kept, "content_version", lambda: 1)  # each thread would open a database of its own
    together = Barrier(threads)

    def make() -> object:
        together.wait(timeout=10)  # every thread finds nothing kept and makes one
        return object()

    with ThreadPoolExecutor(threads) as pool:
        values = list(pool.map(lambda _: kept_value("tests:object", make), range(threads)))
    assert {id(value) for value in values} == {id(kept_value("tests:object", object))}
