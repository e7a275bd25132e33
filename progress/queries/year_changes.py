"""The page 「前の年度からの変化」 of a published year."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from plan.queries.kept import kept_value
from plan.queries.listing import ROWS_A_PAGE
from programs.models import ActionLineage
from progress.models import PublishedEvaluation
from progress.models.publication import IS_UNDECIDED
from progress.queries.published import PublishedRound, published_round, published_rounds
from progress.queries.results import ResultRow
from progress.yearly_changes import Changed, Graded, Kind, changes

Found = Mapping[Kind, tuple[Changed, ...]]
RowsNow = Callable[[Collection[int]], Mapping[int, PublishedEvaluation]]


@dataclass(frozen=True)
class KindCount:
    """A kind of change with how many there are; `is_chosen` where it is the one listed."""

    kind: Kind
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class ChangeRow:
    """This year's row beside that of the year before."""

    now: ResultRow | None
    before: ResultRow | None

    @property
    def named(self) -> ResultRow:
        """The row whose words name the action: the newer one."""
        row = self.now or self.before
        assert row is not None  # noqa: S101 for the type checker: a change has at least one side
        return row


@dataclass(frozen=True)
class ChangesPage:
    """`previous` is None where no earlier year is published. `total`: the actions of the year, `unchanged` of them
    have the grade of the year before."""

    published: PublishedRound
    previous: PublishedRound | None
    counts: tuple[KindCount, ...]
    chosen: Kind
    rows: tuple[ChangeRow, ...]
    page: "Page[Changed] | None"
    total: int = 0
    unchanged: int = 0


def changes_page(slug: str, kind: str, page: str | None) -> ChangesPage:
    """Raises Round.DoesNotExist. Three queries, and four more the first time after a change of the content."""
    published = published_round(slug)
    previous = year_before(published)
    if previous is None:
        return alone(published)
    key = f"progress:changes:{published.round.pk}:{previous.round.pk}"
    found = kept_value(key, lambda: changes_between(published, _graded(published, _replanned(published)), previous))
    return page_of_changes(published, previous, found, kind, page)


def year_before(published: PublishedRound) -> PublishedRound | None:
    """The newest published year of the plan before this one, which need not be public itself. One query."""
    return next((year for year in published_rounds(published.plan) if year.round.year < published.round.year), None)


def alone(published: PublishedRound) -> ChangesPage:
    """The page of a year with none before it."""
    return ChangesPage(published, None, (), Kind.BETTER, (), None)


def page_of_changes(
    published: PublishedRound,
    previous: PublishedRound,
    found: Found,
    kind: str,
    page: str | None,
    rows_now: RowsNow | None = None,
) -> ChangesPage:
    """One query. `rows_now` reads the rows of `published` by their keys, where they are not stored."""
    chosen = next((each for each in Kind if each.value == kind), None) or _first(found)
    shown = Paginator(found[chosen], ROWS_A_PAGE).get_page(page)
    counts = tuple(KindCount(each, len(found[each]), each is chosen) for each in Kind)
    total = sum(len(rows) for kind, rows in found.items() if kind not in {Kind.ENDED, Kind.REPLANNED})
    rows = _rows(shown, published, previous, rows_now)
    return ChangesPage(published, previous, counts, chosen, rows, shown, total, len(found[Kind.SAME]))


def _first(found: Found) -> Kind:
    return next((kind for kind, rows in found.items() if rows), Kind.BETTER)


def changes_between(published: PublishedRound, now: Iterable[Graded], previous: PublishedRound) -> Found:
    """Of all actions of the year, which are graded `now`. Two queries; one where the year before is at hand."""
    came_from: dict[int, list[int]] = {}
    lineages = ActionLineage.objects.filter(
        action__program=published.program, predecessor__program=previous.program
    ).order_by("predecessor__code")
    for action, origin in lineages.values_list("action", "predecessor"):
        came_from.setdefault(action, []).append(origin)
    key = f"progress:graded:{previous.round.pk}"
    earlier = kept_value(key, lambda: {row.action: row for row in _graded(previous)})
    return changes(now, earlier, came_from)


_UNDECIDED = ExpressionWrapper(IS_UNDECIDED, output_field=BooleanField())


def _graded(year: PublishedRound, replanned: Collection[int] = ()) -> list[Graded]:
    """`replanned`: the keys of those whose plan was changed; of the year before nobody asks for them. One query."""
    return [
        Graded(key, action, year.legend.rank(symbol), key in replanned, is_undecided=undecided)
        for key, action, symbol, undecided in _current(year).values_list("pk", "action", "grade_symbol", _UNDECIDED)
    ]


def _replanned(year: PublishedRound) -> set[int]:
    changed = ~Q(data__plan__plan_change="") & Q(data__plan__plan_change__isnull=False)
    return set(_current(year).filter(changed).values_list("pk", flat=True))


def _current(year: PublishedRound) -> QuerySet[PublishedEvaluation]:
    return PublishedEvaluation.objects.filter(round=year.round, is_current=True).order_by("code")


def _rows(
    shown: Iterable[Changed], published: PublishedRound, previous: PublishedRound, rows_now: RowsNow | None
) -> tuple[ChangeRow, ...]:
    pairs = list(shown)
    keys = {pair.now for pair in pairs if pair.now is not None}
    old = {pair.before for pair in pairs if pair.before is not None}
    stored = PublishedEvaluation.objects.defer("data").in_bulk(old if rows_now else keys | old)
    now = rows_now(keys) if rows_now else stored

    def side(key: int | None, year: PublishedRound, rows: Mapping[int, PublishedEvaluation]) -> ResultRow | None:
        if key is None:
            return None
        row = rows[key]
        return ResultRow(row, year.slug, year.legend.grade(row.grade_symbol, row.grade_label, row.grade_kind))

    return tuple(ChangeRow(side(pair.now, published, now), side(pair.before, previous, stored)) for pair in pairs)
