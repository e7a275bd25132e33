"""Brings a plan's files into the database without touching what staff edited."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model

from plan import search
from plan.actions import bump_content_version
from plan.loading.errors import FixtureError
from plan.loading.reading import read_rows
from plan.loading.rows import Row, canonical
from plan.loading.stored import StoredRow, stored_rows
from plan.loading.writing import BATCH, write
from plan.models import ContentVersion, LoadedRow, Plan


@dataclass(frozen=True)
class Difference:
    """One field that staff changed: what the file says and what stands in the database."""

    key: str
    place: str
    label: str
    in_file: str
    in_database: str


@dataclass
class LoadResult:
    """What a load did. `deleted` staff took out; `dropped` stands in the database but no longer in the files."""

    plan_title: str = ""
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    differences: list[Difference] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    @property
    def kept(self) -> int:
        """How many rows were left as staff edited them."""
        return len({difference.key for difference in self.differences})


@dataclass
class _Sorted:
    """The rows of the files by what is to be done with them."""

    new: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, StoredRow]] = field(default_factory=list)
    same: list[Row] = field(default_factory=list)
    edited: list[tuple[Row, StoredRow]] = field(default_factory=list)
    deleted: list[Row] = field(default_factory=list)


def load(directory: Path) -> LoadResult:
    """Load the plan of `directory`; all of it or nothing.

    A row that is new is created; one that stands as it was last loaded follows
    the files; one that staff edited or deleted is left alone and reported. Rows
    that the files no longer have are reported, not deleted.
    Effects, in order: (1) rows and their history, and a revision of each root
    of a plan that was here before; (2) `LoadedRow`; and when anything was
    written, (3) the search index and (4) the content version. Raises
    FixtureError.
    """
    rows = read_rows(directory)
    try:
        with transaction.atomic():
            return _load(rows)
    except IntegrityError as error:
        raise FixtureError(
            str(directory), f"登録されている行と重なるか、値が決まりに合わないため、読み込めません（{error}）。"
        ) from error


def _load(rows: list[Row]) -> LoadResult:
    ContentVersion.objects.get_or_create(id=1)
    ContentVersion.objects.select_for_update().get(id=1)  # two loads at once go one after the other
    slug = rows[0].values["slug"]
    stored = stored_rows(slug)
    loaded = dict(LoadedRow.objects.filter(plan__slug=slug).values_list("key", "fingerprint"))
    work = _sort(rows, stored, loaded)
    objects = {key: row.object for key, row in stored.items()}
    _check_plan(work, objects)
    write(work.new, work.changed, objects, rows[0].key)
    plan = objects[rows[0].key]
    assert isinstance(plan, Plan)  # noqa: S101 for the type checker: the first row is the plan's
    _remember(plan, [*work.new, *(row for row, _ in work.changed), *work.same], loaded)
    if work.new or work.changed:
        search.rebuild(plan)
        bump_content_version()
    in_files = {row.key for row in rows}
    return LoadResult(
        plan_title=plan.full_title,
        created=len(work.new),
        updated=len(work.changed),
        unchanged=len(work.same),
        differences=[difference for pair in work.edited for difference in _differences(*pair)],
        deleted=[row.key for row in work.deleted],
        dropped=sorted(key for key in loaded if key in stored and key not in in_files),
    )


def _sort(rows: Iterable[Row], stored: Mapping[str, StoredRow], loaded: Mapping[str, str]) -> _Sorted:
    work = _Sorted()
    present = set(stored)
    for row in rows:
        standing = stored.get(row.key)
        missing_target = any(target is not None and target not in present for target in row.links.values())
        if standing is not None and standing.fingerprint == row.fingerprint:
            work.same.append(row)
        elif standing is not None and (loaded.get(row.key) != standing.fingerprint or missing_target):
            work.edited.append((row, standing))
        elif standing is not None:
            work.changed.append((row, standing))
        elif row.key in loaded or (missing_target and row.kind.scope):
            work.deleted.append(row)
        else:
            work.new.append(row)
            present.add(row.key)
    return work


def _check_plan(work: _Sorted, objects: Mapping[str, Model]) -> None:
    """Say in words what the plan's own constraints would refuse."""
    candidates = [*((row, Plan()) for row in work.new), *((row, standing.object) for row, standing in work.changed)]
    for row, instance in candidates:
        if row.kind.name != "plan":
            continue
        predecessor = row.links["predecessor"]
        if predecessor is not None and predecessor not in objects:
            raise FixtureError(f"{row.place}.predecessor", "前のプランが登録されていません。先に読み込んでください。")
        candidate = Plan(pk=instance.pk, **row.values)
        try:
            candidate.validate_constraints()
        except ValidationError as error:
            raise FixtureError(row.place, " ".join(error.messages)) from None


def _remember(plan: Plan, rows: Iterable[Row], loaded: Mapping[str, str]) -> None:
    records = [
        LoadedRow(plan=plan, key=row.key, fingerprint=row.fingerprint)
        for row in rows
        if loaded.get(row.key) != row.fingerprint
    ]
    LoadedRow.objects.bulk_create(
        records,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["plan", "key"],
        update_fields=["fingerprint"],
    )


def _differences(row: Row, standing: StoredRow) -> list[Difference]:
    found = []
    for name, column in row.kind.fields.items():
        ours, theirs = canonical(column, row.values[name]), canonical(column, standing.values[name])
        if ours != theirs:
            found.append(Difference(row.key, row.place, str(column.verbose_name), str(ours), str(theirs)))
    for name in row.kind.links:
        ours, theirs = row.links[name], standing.links[name]
        if ours != theirs:
            label = str(row.kind.model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # a link is a field
            found.append(Difference(row.key, row.place, label, str(ours or ""), str(theirs or "")))
    return found
