"""The only way the plan's text changes: every write is on record, searchable and shown at once."""

import datetime
from collections.abc import Iterable, Mapping, Sequence

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from plan import search
from plan.editing.errors import (
    CannotRestore,
    Gone,
    InUse,
    ReasonRequired,
    StaleEdit,
    TermInUse,
)
from plan.editing.roots import (
    RowKind,
    content_fields,
    fill_in,
    is_hidden,
    is_public,
    kind_of,
    lasting_path,
    plan_of,
    problems_of,
    publication_key,
    root_model,
    row_kinds,
    tell_followers,
    title_of,
)
from plan.editing.snapshots import Change, current_rows, differences, divided, take_current
from plan.editing.states import State, moment_after, states_of
from plan.editing.uses import dependants_of, places_of
from plan.enums import RevisionKind
from plan.models import ContentVersion, Plan, Revision, Term
from plan.models.base import Versioned
from plan.recording import follow_publication, record_revision

HISTORY_REASON_LENGTH = 100
RowKey = tuple[type[models.Model], int]


@transaction.atomic
def bump_content_version() -> int:
    """Make every cached public page out of date; returns the new number.

    Effects: (1) the single row of `ContentVersion` is locked and grows by one
    (made if absent).
    """
    ContentVersion.objects.get_or_create(id=1)
    ContentVersion.objects.filter(id=1).update(number=F("number") + 1, changed_at=timezone.now())
    return ContentVersion.objects.values_list("number", flat=True).get(id=1)


def wait_for_turn() -> None:
    """Hold the content version to the end of the transaction: one writer of the plan at a time.

    Each write reaches into the search index and the uses of terms of other
    roots; two of them at once would wait for each other on PostgreSQL. SQLite
    has one writer anyway. Needs a transaction.
    """
    ContentVersion.objects.get_or_create(id=1)
    ContentVersion.objects.select_for_update().get(id=1)


@transaction.atomic
def create_root(*, root: Versioned, by: User, reason: str, rows: Iterable[models.Model] = ()) -> Revision:
    """Add a root with its rows. `root` and `rows` are unsaved and validated.

    Effects, in order: (1) root and rows are saved, with history; (2) a CREATED
    revision; (3) the search index follows; (4) the content version grows.
    Raises ReasonRequired when the root is public and no reason is given.
    """
    wait_for_turn()
    _demand_reason(root, reason)
    moment = timezone.now()
    added = list(rows)
    fill_in(root, added)
    _save([root, *added], by=by, reason=reason, moment=moment)
    changes = differences(None, take_current(root))
    return _publish(root, RevisionKind.CREATED, changes, by=by, reason=reason, moment=moment)


@transaction.atomic
def revise(
    *,
    root: Versioned,
    by: User,
    reason: str,
    expected_version: int,
    rows: Iterable[models.Model] = (),
    deleted_rows: Iterable[models.Model] = (),
) -> Revision | None:
    """Save a changed root, its changed and new `rows`, and delete `deleted_rows`, as one change.

    `root` carries the new values and is not yet saved; `expected_version` is
    the version the person read. Effects, in order: (1) the root is locked;
    (2) everything is saved with history, the version grows by one; (3) a
    CHANGED revision (PUBLISHED, where the root becomes public by it) lists what
    the public sees changed; (4) the search index
    follows; (5) the content version grows. Returns None, with nothing
    written, when nothing changed. Raises StaleEdit when the root was saved
    since `expected_version`, Gone when it was deleted, ReasonRequired when it
    is public and no reason is given.
    """
    wait_for_turn()
    stored = _lock(root, expected_version)
    return _change(
        root,
        stored,
        RevisionKind.CHANGED,
        by=by,
        reason=reason,
        rows=list(rows),
        deleted_rows=list(deleted_rows),
    )


@transaction.atomic
def delete_root(*, root: Versioned, by: User, reason: str, expected_version: int | None = None) -> Revision:
    """Delete a root with its rows; every state stays on record and can be restored.

    Effects, in order: (1) the root is locked; (2) the search index forgets it;
    (3) rows and root are deleted, with history; (4) the index follows where
    others showed it; (5) a DELETED revision; (6) the content version grows.
    Raises TermInUse for a term that stands in some text, InUse when other
    roots hang on it (or it is a plan), StaleEdit, Gone, ReasonRequired.
    """
    wait_for_turn()
    stored = _lock(root, expected_version)
    refuse_if_in_use(stored)
    _demand_reason(stored, reason)
    plan, title, moment = plan_of(stored), title_of(stored), moment_after(stored)
    object_id, hidden, path, publication = stored.pk, is_hidden(stored), lasting_path(stored), publication_key(stored)
    _, changes = divided(differences(take_current(stored), None))
    search.forget(stored)
    for rows in current_rows(stored).values():
        _delete(rows, by=by, reason=reason, moment=moment)
    _delete([stored], by=by, reason=reason, moment=moment)
    search.refresh_around(stored)
    revision = Revision.objects.create(
        plan=plan,
        kind=RevisionKind.DELETED,
        object_type=stored._meta.label_lower,
        object_id=object_id,
        title=title,
        path=path,
        changes=changes,
        reason=reason.strip(),
        by=by,
        made_at=moment,
        is_hidden=hidden,
        published_with=publication,
    )
    bump_content_version()
    return revision


@transaction.atomic
def restore(
    *,
    object_type: str,
    object_id: int,
    history_id: int,
    by: User,
    reason: str,
    expected_version: int | None = None,
) -> Revision | None:
    """Bring a root and its rows back to the state that began with one record of its history.

    `history_id` is `State.history_id`. Works for a deleted root too; ids are
    kept, and what is internal stays. Effects, in order: (1) the root, if it lives, is locked; (2) fields
    and rows get the values they had, rows of later are deleted, those deleted
    since come back; (3) a RESTORED revision; (4) the search index follows; (5)
    the content version grows. Returns None when the root says just that
    already. Raises CannotRestore when the state does not fit what stands now,
    StaleEdit, ReasonRequired.
    """
    wait_for_turn()
    model = root_model(object_type)
    state = _state_to_restore(model, object_id, history_id)
    stored = model._default_manager.select_for_update().filter(pk=object_id).first()
    if stored is not None:
        stored = _lock(stored, expected_version)
    root = _restored(state, stored)
    rows = [row for kind in state.rows().values() for row in kind]
    living = {} if stored is None else _living_rows(stored)
    _keep_internal(root, rows, living)
    _validate(root, rows)
    if stored is None:
        return _recreate(root, rows, by=by, reason=reason)
    kept = {(type(row), row.pk) for row in rows}
    gone = [row for key, row in living.items() if key not in kept]
    _demand_results_stay(stored, gone)
    return _change(
        root,
        stored,
        RevisionKind.RESTORED,
        by=by,
        reason=reason,
        rows=rows,
        deleted_rows=gone,
    )


def refuse_if_in_use(root: Versioned) -> None:
    """Raise TermInUse or InUse when the root cannot be deleted."""
    if isinstance(root, Plan):
        raise InUse(
            "推進プランは削除できません。公開をやめるときは「公開」の印を外してください。",
            [],
        )
    if isinstance(root, Term) and (places := places_of(root)):
        raise TermInUse(root.name, places)
    named, total = dependants_of(root)
    if total:
        name = root._meta.verbose_name
        remedy = kind_of(root).instead_of_deleting or "先に下のものを削除または移動してください。"
        raise InUse(
            f"この{name}には次の{total:,}件が結び付いているため、削除できません。{remedy}",
            [*named, *([f"ほか{total - len(named):,}件"] if total > len(named) else [])],
        )


# ── Steps of the actions ──────────────────────────────────────────────────────


def _lock(root: Versioned, expected_version: int | None) -> Versioned:
    """The root as stored, locked to the end of the transaction; StaleEdit or Gone when it is not the one read."""
    stored = type(root)._default_manager.select_for_update().filter(pk=root.pk).first()
    if stored is None:
        raise Gone
    if expected_version is not None and stored.version != expected_version:
        newest = Revision.objects.filter(object_type=root._meta.label_lower, object_id=root.pk).first()
        raise StaleEdit(stored, newest)
    return stored


def _demand_reason(root: Versioned, reason: str) -> None:
    if is_public(root) and not reason.strip():
        raise ReasonRequired


def _change(
    root: Versioned,
    stored: Versioned,
    kind: RevisionKind,
    *,
    by: User,
    reason: str,
    rows: list[models.Model],
    deleted_rows: list[models.Model],
) -> Revision | None:
    before, was_public = take_current(stored), is_public(stored)
    moment = moment_after(stored)
    fill_in(root, [*rows, *deleted_rows])
    with transaction.atomic():
        root.version = stored.version + 1
        _delete(deleted_rows, by=by, reason=reason, moment=moment)
        _save([root, *rows], by=by, reason=reason, moment=moment)
        changes = differences(before, take_current(root))
        if not changes:
            transaction.set_rollback(True)
    if not changes:
        root.version = stored.version
        return None
    if was_public and not reason.strip():
        raise ReasonRequired
    if kind == RevisionKind.CHANGED and not was_public and is_public(root):
        kind = RevisionKind.PUBLISHED
    return _publish(root, kind, changes, by=by, reason=reason, moment=moment)


def _recreate(root: Versioned, rows: list[models.Model], *, by: User, reason: str) -> Revision:
    _demand_reason(root, reason)
    moment = moment_after(root)
    _save([root, *rows], by=by, reason=reason, moment=moment)
    changes = differences(None, take_current(root))
    return _publish(root, RevisionKind.RESTORED, changes, by=by, reason=reason, moment=moment)


def _publish(
    root: Versioned,
    kind: RevisionKind,
    changes: Sequence[Change],
    *,
    by: User,
    reason: str,
    moment: datetime.datetime,
) -> Revision:
    root.refresh_from_db()
    follow_publication(root)
    revision = record_revision(root=root, kind=kind, changes=changes, by=by, reason=reason, made_at=moment)
    search.refresh(root)
    tell_followers(type(root), [root.pk])
    bump_content_version()
    return revision


def _save(
    instances: Iterable[models.Model],
    *,
    by: User,
    reason: str,
    moment: datetime.datetime,
) -> None:
    for instance in instances:
        _stamp(instance, by=by, reason=reason, moment=moment)
        instance.save()


def _delete(
    instances: Iterable[models.Model],
    *,
    by: User,
    reason: str,
    moment: datetime.datetime,
) -> None:
    for instance in instances:
        _stamp(instance, by=by, reason=reason, moment=moment)
        instance.delete()


def _stamp(instance: models.Model, *, by: User, reason: str, moment: datetime.datetime) -> None:
    """Tell simple_history who, why and when; the whole reason is on the revision of the same moment."""
    instance._history_user = by  # type: ignore[attr-defined]  # simple_history reads these
    instance._change_reason = reason.strip()[:HISTORY_REASON_LENGTH]  # type: ignore[attr-defined]
    instance._history_date = moment  # type: ignore[attr-defined]


def _state_to_restore(model: type[Versioned], object_id: int, history_id: int) -> State:
    for state in states_of(model, object_id):
        if state.history_id == history_id and not state.is_deleted:
            return state
    raise CannotRestore("戻す先の状態が見つかりません。版の一覧から選び直してください。")


def _restored(state: State, stored: Versioned | None) -> Versioned:
    """The root to save: the stored one with the values of the state, or the state's own when it was deleted."""
    if stored is None:
        root = state.root
        root.version = states_of(type(root), root.pk)[0].root.version + 1
        root._state.adding = True
        return root
    root = type(stored)._default_manager.get(pk=stored.pk)
    for field in content_fields(type(root), leave_out=kind_of(root).internal):
        setattr(root, field.attname, getattr(state.root, field.attname))
    return root


def _demand_results_stay(root: Versioned, gone: Iterable[models.Model]) -> None:
    """Raise CannotRestore when a row that would go holds what is internal: it came later than that state."""
    for row in gone:
        kind = _kind_of_row(root, row)
        if any(getattr(row, name) is not None for name in kind.internal):
            raise CannotRestore(f"この状態には戻せません。その後に、{kind.noun}「{row}」の結果が記録されています。")


def _keep_internal(root: Versioned, rows: Iterable[models.Model], living: Mapping[RowKey, models.Model]) -> None:
    """What of its rows is no part of a state stays as it is: results, which are published and mended by themselves."""
    for row in rows:
        if (present := living.get((type(row), row.pk))) is not None:
            for name in _kind_of_row(root, row).internal:
                setattr(row, name, getattr(present, name))


def _living_rows(stored: Versioned) -> dict[RowKey, models.Model]:
    return {(type(row), row.pk): row for rows in current_rows(stored).values() for row in rows}


def _kind_of_row(root: Versioned, row: models.Model) -> RowKind:
    return next(kind for kind in row_kinds(root) if kind.model is type(row))


def _validate(root: Versioned, rows: Sequence[models.Model]) -> None:
    """Raise CannotRestore when the values break a rule or point to what is gone."""
    row_parents = tuple(kind.parent for kind in row_kinds(root))
    try:
        root.full_clean()
        for row in rows:
            row.full_clean(exclude=[*row_parents, "id"], validate_unique=False)
        if problems := problems_of(root):
            raise ValidationError(dict(problems))
    except ValidationError as error:
        raise CannotRestore(f"この状態には戻せません。{_sentences(root, error)}") from error


def _sentences(root: Versioned, error: ValidationError) -> str:
    parts = []
    for name, messages in error.message_dict.items():
        label = "" if name == NON_FIELD_ERRORS else f"{getattr(root._meta.get_field(name), 'verbose_name', name)}："
        parts += [f"{label}{message}" for message in messages]
    return " ".join(parts)
