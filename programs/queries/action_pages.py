"""The page of one action: what, why, who and when, as the published programme says it now."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from plan.enums import RevisionKind
from plan.fiscal import fiscal_year_label
from plan.models import Direction, Measure, Plan, Revision, Term
from plan.prose import TermMarker
from plan.queries.json_rows import day_of
from plan.queries.kept import KeptPlan, kept_plan
from plan.queries.plans import Link
from plan.queries.revisions import LATEST, RevisionView, revisions_of, view
from programs.enums import Improvement, IndicatorKind, LineageKind, OwnerKind, UpperKind
from programs.models import Action, ActionYear, Program
from programs.models.yearly import FISCAL_MONTHS
from programs.queries.action_rows import with_rows

# How many revisions are read to find why a year's plan was changed.
READ_REVISIONS = 60
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Clause:
    """What the plan says: a direction with its items, and the measure it stands in."""

    direction: Direction
    measure: Measure
    items: tuple[tuple[SafeString, str], ...]


@dataclass(frozen=True)
class Owner:
    """A department in charge, for a period; an empty end is open."""

    department: str
    bureau: str
    kind: str
    valid_from: datetime.date
    valid_to: datetime.date | None


@dataclass(frozen=True)
class MilestonePlan:
    month: int | None
    title: str

    def __str__(self) -> str:
        return f"{self.month}月 {self.title}" if self.month else self.title


@dataclass(frozen=True)
class YearPlan:
    """The plan of one fiscal year; the original one where it was changed. Money in 千円, None is unknown."""

    key: int
    year: int
    work: SafeString
    budget: int | None
    original_work: SafeString
    original_budget: int | None
    reason: str
    changed_on: datetime.date | None
    milestones: tuple[MilestonePlan, ...] = ()

    @property
    def label(self) -> str:
        return fiscal_year_label(self.year)

    @property
    def is_budget_changed(self) -> bool:
        return self.original_budget is not None and self.original_budget != self.budget

    @property
    def is_changed(self) -> bool:
        return bool(self.original_work) or self.is_budget_changed


@dataclass(frozen=True)
class Target:
    """An indicator's target in one fiscal year; `original` where it was another one at first."""

    year: int
    value: Decimal | None
    original: Decimal | None


@dataclass(frozen=True)
class IndicatorPlan:
    key: int
    name: str
    kind: str
    unit: str
    falls: bool
    improvement: str
    definition: SafeString
    baseline: Decimal | None
    baseline_year: int | None
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Relative:
    """An action of another programme that this one came from or became; `how` is 継続, 分割 or 統合."""

    how: str
    program: str
    title: str
    url: str


@dataclass(frozen=True)
class ActionPage:
    """Everything the programme says of an action. `marker` marks the terms of texts that other tags add.

    `dropped_by` is the next programme, as (title, address), where no action there continues this one.
    """

    action: Action
    plan: Plan
    clauses: tuple[Clause, ...]
    purpose: SafeString
    content: SafeString
    owners: tuple[Owner, ...]
    uppers: tuple[tuple[str, tuple[str, ...]], ...]
    years: tuple[YearPlan, ...]
    indicators: tuple[IndicatorPlan, ...]
    predecessors: tuple[Relative, ...]
    descendants: tuple[Relative, ...]
    dropped_by: Link | None
    revisions: list[RevisionView]
    marker: TermMarker = field(compare=False)

    @property
    def program(self) -> Program:
        return self.action.program

    @property
    def clause(self) -> Clause:
        """That of the main direction."""
        return self.clauses[0]

    @property
    def further_clauses(self) -> tuple[Clause, ...]:
        return self.clauses[1:]

    @property
    def changed_on(self) -> datetime.date | None:
        """The day (JST) of the newest revision of what the page shows."""
        return timezone.localdate(self.revisions[0].revision.made_at) if self.revisions else None

    @property
    def last_year(self) -> int:
        return self.action.end_year or self.program.end_year

    @property
    def notes(self) -> list[Term]:
        """Asked for when the rest of the page is made: later parts mark terms as well."""
        return self.marker.used_terms

    @property
    def contents(self) -> list[tuple[str, str, int]]:
        return [
            ("what", "取組の内容", 2),
            ("why", "プランでの位置づけ", 2),
            ("who", "所管課", 2),
            ("years", "年度ごとの計画と結果", 2),
            *([("indicators", "指標", 2)] if self.indicators else []),
            *([("lineage", "前後のプログラムとのつながり", 2)] if self.has_relatives else []),
            ("changes", "この取組の変更", 2),
        ]

    @property
    def has_relatives(self) -> bool:
        """Whether something is to be said of the programmes before and after."""
        return bool(self.predecessors or self.descendants or self.dropped_by)

    @property
    def facts(self) -> list[Link]:
        """The short facts, as (word, value); empty values are not shown."""
        start, end = fiscal_year_label(self.action.start_year), fiscal_year_label(self.last_year)
        return [
            ("取組コード", self.action.code),
            ("分類", self.action.get_category_display()),
            ("実施主体", self.action.get_implementer_display()),
            ("法的根拠", self.action.legal_basis),
            ("期間", start if start == end else f"{start}〜{end}"),
        ]


def action_page(slug: str, code: str) -> ActionPage:
    """Raises Action.DoesNotExist unless a published programme has that action. Two queries and the kept plan's."""
    found: Any = with_rows(Action.objects.published()).get(program__slug=slug, code=code)
    kept = kept_plan(found.program.plan.slug)
    found.program.plan = kept.plan
    marker = TermMarker(kept.glossary)
    revisions = list(revisions_of(kept.plan, found.get_absolute_url())[:READ_REVISIONS])
    clauses = _clauses(found, kept, marker)
    return ActionPage(
        action=found,
        plan=kept.plan,
        clauses=clauses,
        purpose=marker.lines(found.purpose),
        content=marker.lines(found.content),
        owners=_owners(found.owner_rows or ()),
        uppers=_uppers(found.upper_rows or ()),
        years=_years(found.year_rows or (), found.milestone_rows or (), revisions, marker),
        indicators=_indicators(found.indicator_rows or (), found.target_rows or (), marker),
        predecessors=_relatives(found.predecessor_rows or ()),
        descendants=_relatives(found.descendant_rows or ()),
        dropped_by=_dropped_by(found),
        revisions=[view(revision) for revision in revisions[:LATEST]],
        marker=marker,
    )


def _dropped_by(found: Any) -> Link | None:
    if found.following_slug is None or found.descendant_rows:
        return None
    return found.following_title, reverse("programs:program", args=[found.following_slug])


def decimal(text: object) -> Decimal | None:
    return None if text is None else Decimal(str(text))


def _clauses(action: Any, kept: KeptPlan, marker: TermMarker) -> tuple[Clause, ...]:
    """The main direction with its items, then the others by name alone."""
    directions = {
        direction.pk: (direction, measure)
        for policy in kept.plan.policies.all()
        for measure in policy.measures.all()
        for direction in measure.directions.all()
    }
    main, measure = directions.get(action.main_direction_id) or _elsewhere(action)
    marker.section()
    address = main.get_absolute_url()
    items = tuple(
        (marker.inline(row["text"]), f"{address}#item-{row['position']}")
        for row in sorted(action.item_rows or (), key=lambda row: row["position"])
    )
    others = sorted(action.direction_rows or (), key=lambda row: row["position"])
    return (
        Clause(main, measure, items),
        *(Clause(*directions[row["direction"]], ()) for row in others if row["direction"] in directions),
    )


def _elsewhere(action: Action) -> tuple[Direction, Measure]:
    """A direction of another plan than the programme's, which nothing forbids."""
    direction = Direction.objects.select_related("measure__policy__plan").get(pk=action.main_direction_id)
    return direction, direction.measure


def _owners(rows: Iterable[Row]) -> tuple[Owner, ...]:
    owners = [
        (
            row["kind"] != OwnerKind.LEAD,
            row["start"],
            row["position"],
            Owner(
                row["name"],
                row["bureau"] or "",
                OwnerKind(row["kind"]).label,
                datetime.date.fromisoformat(row["start"]),
                day_of(row["end"]),
            ),
        )
        for row in rows
    ]
    return tuple(owner for *_, owner in sorted(owners, key=lambda entry: entry[:3]))


def _uppers(rows: Iterable[Row]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The items above the plan by kind, each 「基本政策1 …」."""
    ordered = sorted(rows, key=lambda row: (row["kind"], row["number"]))
    return tuple(
        (kind.label, titles)
        for kind in UpperKind
        if (titles := tuple(f"{row['number']} {row['title']}" for row in ordered if row["kind"] == kind))
    )


def _years(
    rows: Iterable[Row], milestones: Iterable[Row], revisions: Sequence[Revision], marker: TermMarker
) -> tuple[YearPlan, ...]:
    marker.section()
    of_year: dict[int, list[Row]] = {}
    for milestone in milestones:
        of_year.setdefault(milestone["year"], []).append(milestone)
    return tuple(
        _year(row, of_year.get(row["year"], ()), revisions, marker) for row in sorted(rows, key=lambda row: row["year"])
    )


def _year(row: Row, milestones: Iterable[Row], revisions: Sequence[Revision], marker: TermMarker) -> YearPlan:
    why = _last_change(revisions, ActionYear._meta.label_lower, row["key"])
    original = row["original_work"]
    ordered = sorted(milestones, key=lambda each: (_in_year(each["month"]), each["position"]))
    return YearPlan(
        key=row["key"],
        year=row["year"],
        work=marker.lines(row["work"]),
        budget=row["budget"],
        original_work=marker.lines(original) if original and original != row["work"] else SafeString(),
        original_budget=row["original_budget"],
        reason=why.reason if why else "",
        changed_on=timezone.localdate(why.made_at) if why else None,
        milestones=tuple(MilestonePlan(each["month"], each["title"]) for each in ordered),
    )


def _in_year(month: int | None) -> int:
    return FISCAL_MONTHS.index(month) if month else len(FISCAL_MONTHS)


def _last_change(revisions: Sequence[Revision], label: str, key: int) -> Revision | None:
    """The newest change of the root; `revisions` has the newest first."""
    for revision in revisions:
        if (revision.object_type, revision.object_id, revision.kind) == (label, key, RevisionKind.CHANGED):
            return revision
    return None


def _indicators(rows: Iterable[Row], targets: Iterable[Row], marker: TermMarker) -> tuple[IndicatorPlan, ...]:
    marker.section()
    of_indicator: dict[int, list[Target]] = {}
    for row in sorted(targets, key=lambda row: row["year"]):
        target = Target(row["year"], decimal(row["target"]), decimal(row["original"]))
        of_indicator.setdefault(row["indicator"], []).append(target)
    return tuple(
        IndicatorPlan(
            key=row["key"],
            name=row["name"],
            kind=IndicatorKind(row["kind"]).label,
            unit=row["unit"],
            falls=row["improvement"] == Improvement.DOWN,
            improvement=Improvement(row["improvement"]).label,
            definition=marker.lines(row["definition"]),
            baseline=decimal(row["baseline"]),
            baseline_year=row["baseline_year"],
            targets=tuple(of_indicator.get(row["key"], ())),
        )
        for row in sorted(rows, key=lambda row: (row["position"], row["key"]))
    )


def _relatives(rows: Iterable[Row]) -> tuple[Relative, ...]:
    return tuple(
        Relative(
            LineageKind(row["how"]).label,
            row["program"],
            f"{row['code']} {row['title']}",
            reverse("programs:action", args=[row["slug"], row["code"]]),
        )
        for row in sorted(rows, key=lambda row: (row["slug"], row["code"]))
    )
