"""Brings the sample programme into the database of a demo; never touches one that is there."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from accounts.enums import Role
from accounts.models import User
from plan import search
from plan.actions import bump_content_version, revise, wait_for_turn
from plan.loading.errors import FixtureError
from plan.models import Direction, Plan
from programs.enums import OwnerKind, UpperKind
from programs.loading.organisation import Organisation, ensure_organisation
from programs.loading.reading import ActionEntry, OwnerEntry, Sample, read_sample
from programs.models import (
    Action,
    ActionDirection,
    ActionOwner,
    ActionUpper,
    ActionYear,
    Indicator,
    IndicatorYear,
    Milestone,
    Program,
    UpperItem,
)

REASON = "見本データの読み込み"
BASELINE_YEAR = 2015
_UPPER_WORDS = {"基本政策": UpperKind.BASIC_POLICY, "基本理念": UpperKind.REFORM_PRINCIPLE}


@dataclass(frozen=True)
class SampleResult:
    """What a load did; `is_new` is false where the programme was there already and nothing was written."""

    program: Program
    is_new: bool
    actions: int


@dataclass(frozen=True)
class _Context:
    """What the entries refer to by code."""

    program: Program
    organisation: Organisation
    directions: Mapping[str, Direction]
    uppers: Mapping[tuple[str, int], UpperItem]


@transaction.atomic
def load_sample(directory: Path) -> SampleResult:
    """Load the sample programme of `directory`; all of it or nothing.

    Where a programme with its slug exists, nothing at all is written.
    Effects, in order: (1) departments and their people, where missing; (2)
    the programme and what lies above it; (3) actions with their owners,
    directions, yearly plans and indicators, with history, as the original
    plan; (4) what was changed later, with its reason, in 改定履歴; (5) the
    search index; (6) the content version. Raises FixtureError.
    """
    sample = read_sample(directory)
    wait_for_turn()
    known = Program.objects.filter(slug=sample.program["slug"]).first()
    if known is not None:
        return SampleResult(known, is_new=False, actions=known.actions.count())
    context = _context(sample)
    actions = _create_actions(sample.actions, context)
    _create_links(sample.actions, actions, context)
    _create_plans(sample.actions, actions)
    _create_indicators(sample.actions, actions)
    _apply_changes(sample.actions, actions)
    search.rebuild(context.program.plan)
    bump_content_version()
    return SampleResult(context.program, is_new=True, actions=len(actions))


def _context(sample: Sample) -> _Context:
    table = dict(sample.program)
    slug = table.pop("plan")
    plan = Plan.objects.filter(slug=slug).first()
    if plan is None:
        raise FixtureError(
            "program.toml: program.plan", f"プラン「{slug}」が登録されていません。先に読み込んでください。"
        )
    organisation = ensure_organisation(sample.bureaus, sample.divisions, REASON)
    (program,) = _create(Program, [Program(plan=plan, **table)], "program.toml: program")
    for item in sample.upper_items:
        key = {"plan": plan, "kind": item["kind"], "number": item["number"]}
        if not UpperItem.objects.filter(**key).exists():
            _create(UpperItem, [UpperItem(title=item["title"], **key)], "program.toml: upper_items")
    directions = Direction.objects.filter(measure__policy__plan=plan).select_related("measure__policy")
    return _Context(
        program=program,
        organisation=organisation,
        directions={direction.code: direction for direction in directions},
        uppers={(item.kind, item.number): item for item in UpperItem.objects.filter(plan=plan)},
    )


def _create_actions(entries: Iterable[ActionEntry], context: _Context) -> list[Action]:
    program = context.program
    actions = []
    for entry in entries:
        values = {**entry.values, "start_year": entry.values["start_year"] or program.start_year}
        direction = _direction(entry.main_direction, context, entry.place)
        actions.append(Action(program=program, main_direction=direction, **values))
    return _create(Action, actions, "actions")


def _create_links(entries: Iterable[ActionEntry], actions: Iterable[Action], context: _Context) -> None:
    others: list[ActionDirection] = []
    uppers: list[ActionUpper] = []
    owners: list[ActionOwner] = []
    for entry, action in zip(entries, actions, strict=True):
        others += [
            ActionDirection(action=action, direction=_direction(code, context, entry.place), position=position)
            for position, code in enumerate(entry.other_directions, start=1)
        ]
        uppers += [
            ActionUpper(action=action, upper=_upper(text, context, entry.place), position=position)
            for position, text in enumerate(entry.uppers, start=1)
        ]
        owners += _owners(entry, action, context.organisation)
    _create(ActionDirection, others, "actions: other_directions")
    _create(ActionUpper, uppers, "actions: uppers")
    _create(ActionOwner, owners, "actions: lead")


def _create_plans(entries: Iterable[ActionEntry], actions: Iterable[Action]) -> None:
    pairs = [(year, action) for entry, action in zip(entries, actions, strict=True) for year in entry.years]
    plans = _create(
        ActionYear,
        [
            ActionYear(
                action=action,
                year=year.year,
                planned_work=year.planned_work,
                budget=year.budget,
                original_planned_work=year.planned_work,
                original_budget=year.budget,
            )
            for year, action in pairs
        ],
        "actions: years",
    )
    milestones = [
        Milestone(action_year=plan, position=position, month=month, title=title)
        for plan, (year, _) in zip(plans, pairs, strict=True)
        for position, (month, title) in enumerate(year.milestones, start=1)
    ]
    _create(Milestone, milestones, "actions: milestones")


def _create_indicators(entries: Iterable[ActionEntry], actions: Iterable[Action]) -> None:
    pairs = [
        (position, indicator, action)
        for entry, action in zip(entries, actions, strict=True)
        for position, indicator in enumerate(entry.indicators, start=1)
    ]
    made = _create(
        Indicator,
        [Indicator(action=action, position=position, **_indicator(entry.values)) for position, entry, action in pairs],
        "actions: indicators",
    )
    values = [
        IndicatorYear(indicator=indicator, position=year, target=target, original_target=target)
        for indicator, (_, entry, _) in zip(made, pairs, strict=True)
        for year, target in entry.targets.items()
    ]
    _create(IndicatorYear, values, "actions: targets")


def _indicator(values: Mapping[str, Any]) -> dict[str, Any]:
    """A baseline without a year is that of the fiscal year before the programme."""
    year = None if values["baseline"] is None else values.get("baseline_year", BASELINE_YEAR)
    return {**values, "baseline_year": year}


def _apply_changes(entries: Iterable[ActionEntry], actions: Iterable[Action]) -> None:
    """What was changed after the programme was decided, by somebody of ICT推進課, beside the original."""
    by = User.objects.filter(is_demo=True, memberships__role=Role.ICT_STAFF).order_by("staff_number").first()
    for entry, action in zip(entries, actions, strict=True):
        for year in entry.years:
            if by is not None and year.changes:
                _change_year(action, year.year, year.changes, by=by, reason=year.reason)
        for indicator in entry.indicators:
            if by is not None and indicator.changes:
                _change_targets(action, indicator.values["name"], indicator.changes, by=by, reason=indicator.reason)


def _change_year(action: Action, year: int, changes: Mapping[str, Any], *, by: User, reason: str) -> None:
    plan = ActionYear.objects.get(action=action, year=year)
    for name, value in changes.items():
        setattr(plan, name, value)
    revise(root=plan, by=by, reason=reason, expected_version=plan.version)


def _change_targets(action: Action, name: str, changes: Mapping[int, Decimal], *, by: User, reason: str) -> None:
    indicator = Indicator.objects.get(action=action, name=name)
    rows = list(indicator.years.filter(position__in=changes))
    for row in rows:
        row.target = changes[row.year]
    revise(root=indicator, by=by, reason=reason, expected_version=indicator.version, rows=rows)


# ── Steps ─────────────────────────────────────────────────────────────────────


def _owners(entry: ActionEntry, action: Action, organisation: Organisation) -> list[ActionOwner]:
    """The 主管課 and the 関係課; where a reorganisation makes a 関係課 the 主管課, it is that only."""
    leads = list(_periods(entry.lead, action, organisation, entry.place))
    rows = [(OwnerKind.LEAD, *period) for period in leads]
    for department, start, end in _periods(entry.related, action, organisation, entry.place):
        if not any(department == lead and start <= (to or start) for lead, _, to in leads):
            rows.append((OwnerKind.RELATED, department, start, end))
    return [
        ActionOwner(action=action, kind=kind, department=department, valid_from=start, valid_to=end, position=position)
        for position, (kind, department, start, end) in enumerate(rows, start=1)
    ]


def _periods(
    owners: Iterable[OwnerEntry], action: Action, organisation: Organisation, place: str
) -> Iterator[tuple[Any, datetime.date, datetime.date | None]]:
    """An action that has ended keeps its 主管課: it is evaluated in the year that follows."""
    first = datetime.date(action.start_year, 4, 1)
    for owner in owners:
        yield from organisation.periods(owner.department, owner.valid_from or first, owner.valid_to, place)


def _direction(code: str, context: _Context, place: str) -> Direction:
    if code not in context.directions:
        raise FixtureError(place, f"基本方向「{code}」がプランにありません。")
    return context.directions[code]


def _upper(text: str, context: _Context, place: str) -> UpperItem:
    """「基本政策5」「基本理念2」."""
    kind, number = _UPPER_WORDS.get(text[:4]), text[4:]
    if kind is None or not number.isdecimal() or (kind, int(number)) not in context.uppers:
        raise FixtureError(place, f"「{text}」という上位計画の項目がありません。")
    return context.uppers[kind, int(number)]


def _create(model: type[Model], rows: list[Any], place: str) -> list[Any]:
    """Insert checked rows with history; foreign keys come from the database and need no check."""
    links = {field.name for field in model._meta.fields if field.is_relation}
    for row in rows:
        try:
            row.clean_fields(exclude=links)
        except ValidationError as error:
            raise FixtureError(f"{place} {row}", " ".join(error.messages)) from None
    return bulk_create_with_history(rows, model, default_change_reason=REASON, default_date=timezone.now())
