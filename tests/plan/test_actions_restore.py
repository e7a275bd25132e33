import pytest

from accounts.models import User
from plan import actions
from plan.editing.errors import CannotRestore, ReasonRequired, StaleEdit
from plan.editing.states import State, deleted_states, states_of
from plan.enums import RevisionKind
from plan.models import Direction, DirectionItem, Measure, Revision, SearchDocument, Term
from plan.models.base import Versioned

pytestmark = pytest.mark.django_db

REASON = "誤りを正すため"


@pytest.fixture
def measure() -> Measure:
    return Measure.objects.get(policy__plan__slug="2016", policy__number=1, number=1)


@pytest.fixture
def direction(measure: Measure, ict_staff: User) -> Direction:
    """A direction with three items, made by staff."""
    direction = Direction(measure=measure, number=9, title="はじめの題名")
    items = [DirectionItem(direction=direction, position=place, text=f"項目その{place}") for place in (1, 2, 3)]
    actions.create_root(root=direction, by=ict_staff, reason="追加のため", rows=items)
    return direction


def texts(direction: Direction) -> list[str]:
    return list(DirectionItem.objects.filter(direction=direction).values_list("text", flat=True))


def newest_state(root: Versioned) -> State:
    return states_of(type(root), root.pk)[0]


def restored(state: State, by: User, *, reason: str = REASON, version: int | None = None) -> Revision | None:
    return actions.restore(
        object_type=state.root._meta.label_lower,
        object_id=state.root.pk,
        history_id=state.history_id,
        by=by,
        reason=reason,
        expected_version=version,
    )


def rewrite(direction: Direction, by: User) -> None:
    """Another title; item 1 rewritten, item 2 deleted, item 4 added."""
    first, second, _third = direction.items.all()
    direction.title = "書き換えた題名"
    first.text = "書き換えた項目"
    new = DirectionItem(direction=direction, position=4, text="加えた項目")
    actions.revise(
        root=direction,
        by=by,
        reason="書き換えるため",
        expected_version=direction.version,
        rows=[first, new],
        deleted_rows=[second],
    )


def test_every_state_can_be_read_back(direction: Direction, ict_staff: User) -> None:
    rewrite(direction, ict_staff)

    new, old = states_of(Direction, direction.pk)

    assert [cell.text for cell in old.snapshot().cells][-1] == "はじめの題名"
    assert [row.cells[0].text for row in old.snapshot().rows[0]] == ["項目その1", "項目その2", "項目その3"]
    assert [row.cells[0].text for row in new.snapshot().rows[0]] == ["書き換えた項目", "項目その3", "加えた項目"]
    assert [(state.by, state.reason, state.kind) for state in (new, old)] == [
        (ict_staff, "書き換えるため", "変更"),
        (ict_staff, "追加のため", "追加"),
    ]


def test_restore_brings_back_fields_and_rows_with_their_ids(direction: Direction, ict_staff: User) -> None:
    ids = list(direction.items.values_list("pk", flat=True))
    old = newest_state(direction)
    rewrite(direction, ict_staff)

    revision = restored(old, ict_staff)

    assert revision is not None
    assert (revision.kind, revision.reason, revision.by) == (RevisionKind.RESTORED, REASON, ict_staff)
    assert [change["label"] for change in revision.changes] == ["題名", "項目1 本文", "項目2 本文", "項目3 本文"]
    stored = Direction.objects.get(pk=direction.pk)
    assert (stored.title, stored.version) == ("はじめの題名", 3)
    assert list(stored.items.values_list("pk", flat=True)) == ids
    assert texts(stored) == ["項目その1", "項目その2", "項目その3"]
    assert "項目その2" in SearchDocument.objects.get(source_model="plan.direction", source_id=direction.pk).text


def test_a_deleted_root_comes_back_with_its_rows_and_its_address(direction: Direction, ict_staff: User) -> None:
    ids, key = list(direction.items.values_list("pk", flat=True)), direction.pk
    actions.delete_root(root=direction, by=ict_staff, reason="誤って削除")
    (deletion,) = [state for state in deleted_states(Direction) if state.root.pk == key]
    alive = states_of(Direction, key)[1]

    revision = restored(alive, ict_staff)

    assert deletion.title == "施策の基本方向 1-1-9 はじめの題名"
    assert revision is not None
    assert (revision.kind, revision.object_id) == (RevisionKind.RESTORED, key)
    stored = Direction.objects.get(pk=key)
    assert (stored.title, stored.version) == ("はじめの題名", 2)
    assert list(stored.items.values_list("pk", flat=True)) == ids
    assert deleted_states(Direction) == []
    assert SearchDocument.objects.filter(source_model="plan.direction", source_id=key).count() == 1


def test_restoring_what_stands_already_changes_nothing(direction: Direction, ict_staff: User) -> None:
    count = Revision.objects.count()

    assert restored(newest_state(direction), ict_staff) is None
    assert (Revision.objects.count(), Direction.objects.get(pk=direction.pk).version) == (count, 1)


def test_the_state_the_fixtures_loaded_can_be_restored(measure: Measure, ict_staff: User) -> None:
    before = (measure.summary, list(measure.issues.values_list("pk", "position", "text")))
    loaded = newest_state(measure)
    issue = measure.issues.first()
    assert issue is not None
    measure.summary = "書き換え"
    actions.revise(root=measure, by=ict_staff, reason=REASON, expected_version=measure.version, deleted_rows=[issue])

    restored(loaded, ict_staff)

    stored = Measure.objects.get(pk=measure.pk)
    assert (stored.summary, list(stored.issues.values_list("pk", "position", "text"))) == before


def test_restore_needs_a_reason_while_the_plan_is_public(direction: Direction, ict_staff: User) -> None:
    old = newest_state(direction)
    rewrite(direction, ict_staff)

    with pytest.raises(ReasonRequired):
        restored(old, ict_staff, reason="")

    assert Direction.objects.get(pk=direction.pk).title == "書き換えた題名"


def test_restore_over_a_newer_version_is_refused(direction: Direction, ict_staff: User) -> None:
    old = newest_state(direction)
    rewrite(direction, ict_staff)

    with pytest.raises(StaleEdit):
        restored(old, ict_staff, version=1)


def test_a_state_whose_number_is_taken_meanwhile_is_refused(direction: Direction, ict_staff: User) -> None:
    alive = newest_state(direction)
    actions.delete_root(root=direction, by=ict_staff, reason=REASON)
    other = Direction(measure=alive.root.measure, number=9, title="同じ番号の別の方向")  # type: ignore[attr-defined]
    actions.create_root(root=other, by=ict_staff, reason=REASON)

    with pytest.raises(CannotRestore, match="この施策には同じ番号の基本方向がすでにあります。"):
        restored(alive, ict_staff)


def test_a_state_whose_parent_is_deleted_is_refused(direction: Direction, measure: Measure, ict_staff: User) -> None:
    parent = Measure(policy=measure.policy, number=9, title="あとで消す施策", summary="要旨")
    actions.create_root(root=parent, by=ict_staff, reason=REASON)
    child = Direction(measure=parent, number=1, title="子")
    actions.create_root(root=child, by=ict_staff, reason=REASON)
    alive, key = newest_state(child), child.pk
    actions.delete_root(root=child, by=ict_staff, reason=REASON)
    actions.delete_root(root=parent, by=ict_staff, reason=REASON)

    with pytest.raises(CannotRestore, match="この状態には戻せません"):
        restored(alive, ict_staff)
    assert [state.title for state in deleted_states(Direction) if state.root.pk == key] == ["施策の基本方向「子」"]


def test_an_unknown_state_is_refused(direction: Direction, ict_staff: User) -> None:
    term_state = newest_state(Term.objects.get(plan__slug="2016", number=1))

    with pytest.raises(CannotRestore):
        actions.restore(
            object_type="plan.direction",
            object_id=direction.pk,
            history_id=term_state.history_id + 10_000,
            by=ict_staff,
            reason=REASON,
        )
