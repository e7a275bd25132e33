"""The page of one action: what, why, who and when, as the published programme says it now."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from plan.fiscal import fiscal_year_label
from plan.models import Direction, Measure, Plan, Term
from plan.models.json_rows import day_of
from plan.prose import TermMarker
from plan.queries.kept import KeptPlan, kept_plan
from plan.queries.plans import Link
from plan.queries.revisions import LATEST, RevisionView, revisions_of, view
from programs.enums import Improvement, IndicatorKind, LineageKind, OwnerKind, UpperKind
from programs.models import Action, Program
from programs.queries.action_rows import with_rows
from programs.queries.action_years import Row, YearPlan, yearly_plans
from programs.queries.originals import Why, is_another, why_changed
from programs.queries.tenures import has_begun, told_end, told_until


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
class Target:
    """An indicator's target in one fiscal year; `why` it is no longer the `original` one, where that is known."""

    year: int
    value: Decimal | None
    original: Decimal | None
    why: Why | None = None


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
        """The day (JST) of the newest revision of what the page shows, or of what was published of it since."""
        told: datetime.datetime | None = self.action.told_at  # type: ignore[attr-defined]  # annotated by `with_rows`
        moments = [*(each.revision.made_at for each in self.revisions[:1]), *([told] if told else [])]
        return timezone.localdate(max(moments)) if moments else None

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
    revisions = list(revisions_of(kept.plan, found.get_absolute_url())[:LATEST])
    clauses = _clauses(found, kept, marker)
    return ActionPage(
        action=found,
        plan=kept.plan,
        clauses=clauses,
        purpose=marker.lines(found.purpose),
        content=marker.lines(found.content),
        owners=_owners(found),
        uppers=_uppers(found.upper_rows or ()),
        years=yearly_plans(found, marker),
        indicators=_indicators(found, marker),
        predecessors=_relatives(found.predecessor_rows or ()),
        descendants=_relatives(found.descendant_rows or ()),
        dropped_by=_dropped_by(found),
        revisions=[view(revision) for revision in revisions],
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


def _owners(action: Any) -> tuple[Owner, ...]:
    day = told_until(action.program)
    owners = [
        (
            row["kind"] != OwnerKind.LEAD,
            row["start"],
            row["position"],
            Owner(
                row["name"],
                row["bureau"] or "",
                OwnerKind(row["kind"]).label,
                start,
                told_end(day_of(row["end"]), day),
            ),
        )
        for row in action.owner_rows or ()
        if has_begun(start := _day(row["start"]), _day(row["set_up"]), action, day)
    ]
    return tuple(owner for *_, owner in sorted(owners, key=lambda entry: entry[:3]))


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _uppers(rows: Iterable[Row]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The items above the plan by kind, each 「基本政策1 …」."""
    ordered = sorted(rows, key=lambda row: (row["kind"], row["number"]))
    return tuple(
        (kind.label, titles)
        for kind in UpperKind
        if (titles := tuple(f"{row['number']} {row['title']}" for row in ordered if row["kind"] == kind))
    )


def _indicators(action: Any, marker: TermMarker) -> tuple[IndicatorPlan, ...]:
    marker.section()
    of_indicator: dict[int, list[Target]] = {}
    ordered = sorted(action.target_rows or (), key=lambda row: row["year"])
    changed = {
        (row["key"], "target"): row["target"]
        for row in ordered
        if is_another(decimal(row["original"]), decimal(row["target"]))
    }
    whys = why_changed(action.target_change_rows, changed)
    for row in ordered:
        why = whys.get((row["key"], "target"))
        target = Target(row["year"], decimal(row["target"]), decimal(row["original"]), why)
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
        for row in sorted(action.indicator_rows or (), key=lambda row: (row["position"], row["key"]))
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
