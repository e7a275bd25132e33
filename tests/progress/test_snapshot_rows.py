"""What is frozen of a 調書 has one order, also where rows stand at one position."""

from typing import Any

import pytest

from progress.models import Evaluation, ScaleEntry
from progress.queries.filling import entries_of
from progress.queries.snapshot_rows import snapshot_rows, uppers_of
from progress.snapshots import evaluation_data
from tests.programs.factories import ActionDirectionFactory, ActionUpperFactory, direction_of

pytestmark = pytest.mark.django_db


def test_uppers_of_one_position_stand_in_the_order_they_were_made(evaluation: Evaluation) -> None:
    later, first, second = (
        ActionUpperFactory.create(action=evaluation.action, position=position) for position in (2, 1, 1)
    )
    read = snapshot_rows(Evaluation.objects.all()).get()
    expected = [first.pk, second.pk, later.pk]
    assert [row["key"] for row in uppers_of(read)] == expected
    told = evaluation_data(read)["action"]["uppers"]
    assert told == [str(link.upper) for link in (first, second, later)]

    # The database promises no order of the list it makes.
    read.upper_rows.reverse()  # type: ignore[attr-defined]  # annotated by `snapshot_rows`
    assert [row["key"] for row in uppers_of(read)] == expected
    assert evaluation_data(read)["action"]["uppers"] == told


def test_directions_of_one_position_stand_in_the_order_they_were_made(evaluation: Evaluation) -> None:
    later, first, second = (
        ActionDirectionFactory.create(action=evaluation.action, direction=direction_of(code), position=position)
        for code, position in (("1-1-2", 2), ("2-1-1", 1), ("1-2-1", 1))
    )
    main = evaluation.action.main_direction
    read = snapshot_rows(Evaluation.objects.all()).get()
    expected = [
        {"code": each.code, "title": each.title} for each in (main, *(row.direction for row in (first, second, later)))
    ]
    assert evaluation_data(read)["action"]["directions"] == expected
    read.direction_rows.reverse()  # type: ignore[attr-defined]  # annotated by `snapshot_rows`
    assert evaluation_data(read)["action"]["directions"] == expected


def test_every_other_list_of_it_is_read_in_one_order() -> None:
    lookups: tuple[Any, ...] = vars(snapshot_rows(Evaluation.objects.all()))["_prefetch_related_lookups"]
    ordered = {each.prefetch_to: each.queryset.query.order_by for each in lookups}
    lists = ("indicators", "milestones", "action__owners")
    assert ordered == dict.fromkeys(lists, ("position", "pk"))
    assert len(lookups) == len(lists)


def test_steps_of_one_position_of_the_scale_too(evaluation: Evaluation) -> None:
    ScaleEntry.objects.filter(scale=evaluation.round.scale).update(position=1)
    read = [(entry.kind, entry.pk) for entry in entries_of(evaluation.round)]
    assert len(read) > 1
    assert read == sorted(read)
