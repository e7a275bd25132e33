"""The page 「前の年度からの変化」 of a published year."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q

from plan.queries.kept import kept_value
from plan.queries.listing import ROWS_A_PAGE
from programs.models import ActionLineage
from progress.models import PublishedEvaluation
from progress.models.publication import IS_UNDECIDED
from progress.queries.published import PublishedRound, published_round, published_rounds
from progress.queries.results import ResultRow
from progress.yearly_changes import Changed, Graded, Kind, changes


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
    """Raises Round.DoesNotExist. Three queries, and three more the first time after a change of the content."""
    published = published_round(slug)
    years = published_rounds(published.plan)
    previous = next((year for year in years if year.round.year < published.round.year), None)
    if previous is None:
        return ChangesPage(published, None, (), Kind.BETTER, (), None)
    before = previous
    key = f"progress:changes:{published.round.pk}:{before.round.pk}"
    found = kept_value(key, lambda: _changes(published, before))
    chosen = next((each for each in Kind if each.value == kind), None) or _first(found)
    shown = Paginator(found[chosen], ROWS_A_PAGE).get_page(page)
    counts = tuple(KindCount(each, len(found[each]), each is chosen) for each in Kind)
    total = sum(len(rows) for kind, rows in found.items() if kind not in {Kind.ENDED, Kind.REPLANNED})
    rows = _rows(shown, published, before)
    return ChangesPage(published, previous, counts, chosen, rows, shown, total, len(found[Kind.SAME]))


def _first(found: dict[Kind, tuple[Changed, ...]]) -> Kind:
    return next((kind for kind, rows in found.items() if rows), Kind.BETTER)


def _changes(published: PublishedRound, previous: PublishedRound) -> dict[Kind, tuple[Changed, ...]]:
    """Of all actions of the year. Three queries."""
    came_from: dict[int, list[int]] = {}
    lineages = ActionLineage.objects.filter(
        action__program=published.program, predecessor__program=previous.program
    ).order_by("predecessor__code")
    for action, origin in lineages.values_list("action", "predecessor"):
        came_from.setdefault(action, []).append(origin)
    return changes(_graded(published), _graded(previous), came_from)


_UNDECIDED = ExpressionWrapper(IS_UNDECIDED, output_field=BooleanField())


def _graded(year: PublishedRound) -> list[Graded]:
    replanned = ~Q(data__plan__plan_change="") & Q(data__plan__plan_change__isnull=False)
    rows = PublishedEvaluation.objects.filter(round=year.round, is_current=True).order_by("code")
    changed = set(rows.filter(replanned).values_list("pk", flat=True))
    return [
        Graded(key, action, year.legend.rank(symbol), key in changed, is_undecided=undecided)
        for key, action, symbol, undecided in rows.values_list("pk", "action", "grade_symbol", _UNDECIDED)
    ]


def _rows(shown: Iterable[Changed], published: PublishedRound, previous: PublishedRound) -> tuple[ChangeRow, ...]:
    pairs = list(shown)
    keys = {key for pair in pairs for key in (pair.now, pair.before) if key is not None}
    rows = PublishedEvaluation.objects.defer("data").in_bulk(keys)

    def side(key: int | None, year: PublishedRound) -> ResultRow | None:
        if key is None:
            return None
        row = rows[key]
        return ResultRow(row, year.slug, year.legend.grade(row.grade_symbol, row.grade_label, row.grade_kind))

    return tuple(ChangeRow(side(pair.now, published), side(pair.before, previous)) for pair in pairs)
