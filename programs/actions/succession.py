"""The next programme, made from the present one in one step, with lineage."""

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import QuerySet
from simple_history.utils import bulk_create_with_history

from accounts.models import Department, User
from plan.actions import create_root, wait_for_turn
from plan.models import Plan
from programs.enums import LineageKind, OwnerKind
from programs.errors import CannotSucceed
from programs.models import (
    Action,
    ActionDirection,
    ActionLineage,
    ActionOwner,
    ActionUpper,
    ActionYear,
    Indicator,
    IndicatorYear,
    Program,
)
from programs.queries.told import told_years

BATCH = 500


@dataclass(frozen=True)
class Heir:
    """One action of the next programme and the present actions it comes from; the first gives its words."""

    code: str
    predecessors: tuple[Action, ...]
    kind: LineageKind


@dataclass(frozen=True)
class Succession:
    """What is carried on: present action → the codes it has in the next programme.

    Its own code alone: continued. Several: split. A code that several actions
    name: merged. None at all: not carried on.
    """

    codes: Mapping[int, Sequence[str]] = field(default_factory=dict)

    def heirs(self, actions: Sequence[Action]) -> list[Heir]:
        """The next programme's actions by code."""
        parents: dict[str, list[Action]] = {}
        for action in actions:
            for code in dict.fromkeys(self.codes.get(action.pk, ())):
                parents.setdefault(code, []).append(action)
        return [Heir(code, tuple(found), self._kind(found)) for code, found in sorted(parents.items())]

    def _kind(self, parents: Sequence[Action]) -> LineageKind:
        if len(parents) > 1:
            return LineageKind.MERGED
        return LineageKind.SPLIT if len(set(self.codes[parents[0].pk])) > 1 else LineageKind.CONTINUED


@transaction.atomic
def start_next_program(
    *,
    program: Program,
    slug: str,
    title: str,
    end_year: int,
    succession: Succession,
    by: User,
    plan: Plan | None = None,
) -> Program:
    """Make the programme that follows `program`; it is not published yet.

    `plan` is the plan it carries out (the present one by default); with another
    plan, each action goes to the direction of the same code. Effects, in order:
    (1) the programme, beginning the year after; (2) each heir with purpose,
    content, directions, links to the upper plan, owners in force on its first
    day, a blank yearly plan for each year, and indicators whose baseline is the
    last actual value; (3) its lineage. Raises CannotSucceed, with everything
    that stands in the way.
    """
    wait_for_turn()
    plan = plan or program.plan
    start_year = program.end_year + 1
    present = list(
        _with_directions(program).prefetch_related(
            "other_directions__direction__measure__policy",
            "uppers",
            "owners__department__successors",
            "indicators__years",
        )
    )
    heirs = succession.heirs(present)
    directions = _directions(plan)
    if problems := _problems(program, slug, end_year, heirs, directions):
        raise CannotSucceed(problems)
    following = Program(
        plan=plan,
        slug=slug,
        title=title,
        start_year=start_year,
        end_year=end_year,
        predecessor=program,
        is_sample=program.is_sample,
    )
    create_root(root=following, by=by, reason=f"{program}から引き継いで作成")
    _carry_on(following, heirs, directions, by=by)
    return following


def obstacles(*, program: Program, slug: str, end_year: int, succession: Succession, plan: Plan) -> list[str]:
    """What `start_next_program` would refuse now, one line each; empty when it can be made."""
    heirs = succession.heirs(list(_with_directions(program)))
    return _problems(program, slug, end_year, heirs, _directions(plan))


Directions = Mapping[str, int]


def _with_directions(program: Program) -> QuerySet[Action]:
    return program.actions.order_by("code").select_related("main_direction__measure__policy")


def _directions(plan: Plan) -> dict[str, int]:
    """Code → id of the plan's directions."""
    found = plan.policies.values_list(
        "number", "measures__number", "measures__directions__number", "measures__directions__pk"
    )
    return {f"{policy}-{measure}-{number}": pk for policy, measure, number, pk in found if pk is not None}


def _problems(program: Program, slug: str, end_year: int, heirs: Sequence[Heir], directions: Directions) -> list[str]:
    problems = []
    if Program.objects.filter(slug=slug).exists():
        problems.append(f"アドレス『{slug}』は、すでに使われています。別のアドレスを入力してください。")
    if end_year <= program.end_year:
        problems.append(f"終了年度『{end_year}』は、{program.end_year + 1}以後にしてください。")
    if not heirs:
        problems.append("引き継ぐ取組がありません。少なくとも1件に、次の取組コードを入力してください。")
    problems += [
        f"取組『{heir.predecessors[0]}』の基本方向{heir.predecessors[0].main_direction.code}は、"
        "次のプランにありません。次のプランの基本方向を登録するか、引き継がないことにしてください。"
        for heir in heirs
        if heir.predecessors[0].main_direction.code not in directions
    ]
    return problems


def _carry_on(following: Program, heirs: Sequence[Heir], directions: Directions, *, by: User) -> None:
    options = {"batch_size": BATCH, "default_user": by}
    actions = bulk_create_with_history([_action(following, heir, directions) for heir in heirs], Action, **options)
    pairs = list(zip(actions, heirs, strict=True))
    ActionLineage.objects.bulk_create(
        (
            ActionLineage(action=action, predecessor=parent, kind=heir.kind)
            for action, heir in pairs
            for parent in heir.predecessors
        ),
        batch_size=BATCH,
    )
    bulk_create_with_history(
        [ActionYear(action=action, year=year) for action in actions for year in following.years], ActionYear, **options
    )
    bulk_create_with_history(
        [row for action, heir in pairs for row in _other_directions(action, heir, directions)],
        ActionDirection,
        **options,
    )
    owners = [row for action, heir in pairs for row in _owners(action, heir, following)]
    bulk_create_with_history(owners, ActionOwner, **options)
    if following.plan_id == following.predecessor.plan_id:  # type: ignore[union-attr]  # it has one: see above
        uppers = [
            ActionUpper(action=action, upper_id=row.upper_id, position=row.position)
            for action, heir in pairs
            for row in heir.predecessors[0].uppers.all()
        ]
        bulk_create_with_history(uppers, ActionUpper, **options)
    _carry_indicators(following, pairs, by=by)


def _action(following: Program, heir: Heir, directions: Directions) -> Action:
    first = heir.predecessors[0]
    return Action(
        program=following,
        code=heir.code,
        title=first.title,
        purpose=first.purpose,
        content=first.content,
        category=first.category,
        legal_basis=first.legal_basis,
        implementer=first.implementer,
        start_year=following.start_year,
        main_direction_id=directions[first.main_direction.code],
    )


def _other_directions(action: Action, heir: Heir, directions: Directions) -> list[ActionDirection]:
    """Further directions of all predecessors, each once; a merged action keeps the main ones of the others."""
    codes = [
        direction.code
        for parent in heir.predecessors
        for direction in (parent.main_direction, *(row.direction for row in parent.other_directions.all()))
    ]
    wanted = [directions[code] for code in dict.fromkeys(codes) if code in directions]
    others = [pk for pk in wanted if pk != action.main_direction_id]
    return [ActionDirection(action=action, direction_id=pk, position=at) for at, pk in enumerate(others, start=1)]


def _owners(action: Action, heir: Heir, following: Program) -> list[ActionOwner]:
    """Who owns the first predecessor on the first day leads; owners of others that are not yet there follow."""
    day = following.first_day
    rows: list[ActionOwner] = []
    for parent in heir.predecessors:
        # A 課 that leads and was 関係課 before leads.
        for owner in sorted(parent.owners.all(), key=lambda owner: owner.kind != OwnerKind.LEAD):
            kind = owner.kind if parent is heir.predecessors[0] else OwnerKind.RELATED
            for department, start, end in _tenures(owner, day):
                if any(_owns_meanwhile(row, department, start, end) for row in rows):
                    continue
                rows.append(
                    ActionOwner(
                        action=action,
                        department=department,
                        kind=kind,
                        valid_from=start,
                        valid_to=end,
                        position=len(rows) + 1,
                    )
                )
    return rows


def _owns_meanwhile(row: ActionOwner, department: Department, start: datetime.date, end: datetime.date | None) -> bool:
    """Whether the 課 owns already on a day of that period."""
    last, end = row.valid_to or datetime.date.max, end or datetime.date.max
    return row.department_id == department.pk and row.valid_from <= end and start <= last


def _tenures(
    owner: ActionOwner, day: datetime.date
) -> Iterator[tuple[Department, datetime.date, datetime.date | None]]:
    """Who owns from the day on, with the first and the last day.

    In a finished programme a 課 that has ended owns on: here its successor takes over. Of several nobody knows which.
    """
    if owner.valid_to is not None and owner.valid_to < day:
        return
    department, start, end = owner.department, max(day, owner.valid_from), owner.valid_to
    while (last := department.valid_to) is not None and (end is None or last < end):
        if start <= last:
            yield department, start, last
        followers = list(department.successors.all())
        if len(followers) != 1 or (followers[0].valid_to is not None and followers[0].valid_to <= last):
            return
        department, start = followers[0], max(start, last + datetime.timedelta(days=1))
    yield department, start, end


def _carry_indicators(following: Program, pairs: Sequence[tuple[Action, Heir]], *, by: User) -> None:
    fresh: list[Indicator] = []
    before = following.predecessor
    years = told_years(before) if before and before.is_public else frozenset[int]()
    for action, heir in pairs:
        names: set[str] = set()
        for indicator in (row for parent in heir.predecessors for row in parent.indicators.all()):
            if indicator.name in names:
                continue
            names.add(indicator.name)
            fresh.append(_indicator(action, indicator, position=len(names), years=years))
    made = bulk_create_with_history(fresh, Indicator, batch_size=BATCH, default_user=by)
    values = [IndicatorYear(indicator=indicator, position=year) for indicator in made for year in following.years]
    bulk_create_with_history(values, IndicatorYear, batch_size=BATCH, default_user=by)


def _indicator(action: Action, before: Indicator, position: int, years: Collection[int]) -> Indicator:
    """Its baseline is the last actual value of those `years`, which are public: the baseline will be."""
    known = [value for value in before.years.all() if value.actual is not None and value.position in years]
    last = max(known, key=lambda value: value.position, default=None)
    return Indicator(
        action=action,
        position=position,
        kind=before.kind,
        name=before.name,
        unit=before.unit,
        improvement=before.improvement,
        definition=before.definition,
        baseline=last.actual if last else before.baseline,
        baseline_year=last.position if last else before.baseline_year,
    )
