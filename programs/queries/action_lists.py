"""Lists of the actions of a published programme: all of them, those of a department, those of a direction."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import Department
from plan.fiscal import fiscal_year_label
from plan.models import Direction, Measure, Term
from plan.models.json_rows import rows_below
from plan.prose import TermMarker
from plan.queries.kept import KeptPlan, kept_plan, kept_value
from plan.queries.listing import Asked, Head, Select, containing, page_of, page_of_found
from plan.queries.plans import pick
from programs.enums import OwnerKind
from programs.models import Action, ActionOwner, Program
from programs.queries.programs import Period, period_of, published_program, reference_day
from programs.queries.standing import UNKNOWN, Standing, Step, standing_of
from programs.queries.tenures import begun, leading, told_end, told_until

FILTERS = ("measure", "department", "status", "year")


@dataclass(frozen=True)
class ActionRow:
    """One action in a list: with its direction, who leads it on the day, and how it stands."""

    action: Action
    direction: Direction
    measure: Measure
    leads: tuple[str, ...]
    step: Step

    @property
    def url(self) -> str:
        return reverse("programs:action", args=[self.action.program.slug, self.action.code])


@dataclass(frozen=True)
class ActionList:
    """A page of rows with what was asked for; `selects` and `heads` are its form and its table's head.

    `why_nothing`: where nothing is found because of the 状況 asked for, why, and what to do; else "".
    """

    program: Program
    kept: KeptPlan
    standing: Standing
    asked: Asked
    selects: tuple[Select, ...]
    heads: tuple[Head, ...]
    page: "Page[Action]"
    rows: tuple[ActionRow, ...]
    summary: SafeString
    notes: list[Term]
    why_nothing: str = ""

    @property
    def period(self) -> Period:
        return period_of(self.program)


def action_list(slug: str, given: Mapping[str, str]) -> ActionList:
    """`/programs/2016/`; raises Program.DoesNotExist. Five queries and the kept plan's;
    one more where nothing is found."""
    program = published_program(slug)
    kept = kept_plan(program.plan.slug)
    program.plan = kept.plan
    asked = Asked.of(given, FILTERS)
    standing = standing_of(program, _year(asked))
    rows = _ordered(_narrowed(program, asked, standing), standing, asked, _day(program, asked))
    shown = (page_of_found if asked.words else page_of)(rows, given.get("page"))
    marker = TermMarker(kept.glossary)
    return ActionList(
        program=program,
        kept=kept,
        standing=standing,
        asked=asked,
        selects=_selects(program, kept, standing, asked),
        heads=_heads(asked, standing),
        page=shown,
        rows=_rows(shown, program, kept, standing),
        summary=marker.lines(program.summary),
        notes=marker.used_terms,
        why_nothing="" if shown.paginator.count else _why_nothing(program, asked, standing),
    )


def _why_nothing(program: Program, asked: Asked, standing: Standing) -> str:
    status, year = asked.values.get("status"), _year(asked)
    if not status:
        return ""
    if not standing.steps:
        named = fiscal_year_label(year) if year else "このプログラム"
        rest = "年度か状況" if year else "状況"
        return f"{named}の結果はまだ公表していないため、状況でしぼり込めません。{rest}の条件を外してください。"
    if status == UNKNOWN.key:
        others = replace(asked, values={name: value for name, value in asked.values.items() if name != "status"})
        if not _narrowed(program, others, standing).exists():
            return ""  # The other conditions find nothing either.
        return f"条件に合う取組は、どれも{standing.year_label}の評価があります。状況の条件を外してください。"
    if status not in {step.key for step in standing.steps}:
        return f"選ばれた状況は、{standing.year_label}の評価の区分にありません。状況を選び直してください。"
    return ""


def actions_for_file(slug: str, given: Mapping[str, str]) -> tuple[Program, Standing, list[ActionRow]]:
    """The same rows, all of them: for the file of what is shown."""
    program = published_program(slug)
    kept = kept_plan(program.plan.slug)
    program.plan = kept.plan
    asked = Asked.of(given, FILTERS)
    standing = standing_of(program, _year(asked))
    rows = _ordered(_narrowed(program, asked, standing), standing, asked, _day(program, asked))
    return program, standing, list(_rows(rows, program, kept, standing))


def _day(program: Program, asked: Asked) -> datetime.date:
    """The departments shown are those of today, or of the last day of the year asked for."""
    day, year = reference_day(program), _year(asked)
    if year is None or year not in program.years:
        return day
    return min(day, datetime.date(year + 1, 3, 31))


def _year(asked: Asked) -> int | None:
    text = asked.values.get("year", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else None


def _narrowed(program: Program, asked: Asked, standing: Standing) -> QuerySet[Action]:
    """The rows asked for; a value that is not among those offered finds nothing."""
    values, actions = asked.values, Action.objects.filter(program=program)
    if "year" in values:
        year = _year(asked)
        actions = actions.in_force(year) if year is not None and year in program.years else actions.none()
    rows: QuerySet[Action] = actions
    if code := values.get("measure"):
        policy, _, number = code.partition("-")
        known = policy.isascii() and policy.isdecimal() and number.isascii() and number.isdecimal()
        served = Q(main_direction__measure__policy__number=policy, main_direction__measure__number=number)
        rows = rows.filter(served) if known else rows.none()
    if department := values.get("department"):
        owners = ActionOwner.objects.filter(begun(told_until(program)), department__code=department)
        rows = rows.filter(Exists(owners.filter(action=OuterRef("pk"))))
    if status := values.get("status"):
        rows = standing.narrowed(rows, status)
    # The dearest question last, of what is left.
    return containing(rows, asked.words, is_narrowed=bool({"measure", "department", "status"} & values.keys()))


def _ordered(rows: QuerySet[Any], standing: Standing, asked: Asked, day: datetime.date) -> QuerySet[Any]:
    lead = leading(day).filter(action=OuterRef("pk"))
    first_lead = Subquery(lead.order_by("position").values("department__code")[:1])
    direction = tuple(
        f"main_direction__{name}" for name in ("measure__policy__number", "measure__number", "number", "pk")
    )
    orders: dict[str, tuple[Any, ...]] = {
        "code": ("code",),
        "-code": ("-code",),
        "title": ("title", "code"),
        "-title": ("-title", "code"),
        "measure": (*direction, "code"),
        "-measure": (*(f"-{name}" for name in direction), "code"),
        "department": (first_lead.asc(), "code"),
        "-department": (first_lead.desc(), "code"),
        "status": (standing.place.asc(), "code"),
        "-status": (standing.place.desc(), "code"),
    }
    return with_leads(standing.marked(rows), day).order_by(*asked.order(orders))


def with_leads(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    """`rows` with the names of the 主管課 of the day, as JSON, in the same query."""
    return rows.annotate(
        lead_rows=rows_below(
            leading(day), "action", name="department__name", code="department__code", position="position"
        )
    )


def leads_of(row: Any) -> tuple[str, ...]:
    return tuple(each["name"] for each in sorted(row.lead_rows or (), key=lambda each: each["position"]))


def _rows(found: Iterable[Any], program: Program, kept: KeptPlan, standing: Standing) -> tuple[ActionRow, ...]:
    directions = {
        direction.pk: (direction, measure)
        for policy in kept.plan.policies.all()
        for measure in policy.measures.all()
        for direction in measure.directions.all()
    }
    rows = []
    for action in found:
        action.program = program
        # Nothing forbids a direction of another plan; it is read by itself then.
        direction, measure = directions.get(action.main_direction_id) or _read(action)
        step = standing.step(action.standing, action.end_year)
        rows.append(ActionRow(action, direction, measure, leads_of(action), step))
    return tuple(rows)


def _read(action: Action) -> tuple[Direction, Measure]:
    return action.main_direction, action.main_direction.measure


def _heads(asked: Asked, standing: Standing) -> tuple[Head, ...]:
    return (
        asked.head("コード", "code", first=True),
        asked.head("取組", "title"),
        asked.head("施策・基本方向", "measure"),
        asked.head("所管課", "department"),
        asked.head(f"状況（{standing.year_label}）" if standing.steps else "状況", "status"),
    )


def _selects(program: Program, kept: KeptPlan, standing: Standing, asked: Asked) -> tuple[Select, ...]:
    """One query, the first time after an edit and on a new day."""
    measures = [
        (measure.code, str(measure)) for policy in kept.plan.policies.all() for measure in policy.measures.all()
    ]
    departments = (
        ActionOwner.objects.filter(begun(told_until(program)), action__program=program)
        .order_by("department__code", "department__valid_from")
        .values_list("department__code", "department__name")
        .distinct()
    )
    offered = kept_value(f"programs:departments:{program.slug}", lambda: list(dict(departments).items()))
    years = [(str(year), fiscal_year_label(year)) for year in program.years]
    steps = [*((step.key, step.name) for step in standing.steps), (UNKNOWN.key, "評価なし（未評価・未確定・終了）")]
    return (
        asked.select("measure", "施策", "すべての施策", measures),
        asked.select("department", "所管課", "すべての所管課", offered),
        asked.select("status", "状況", "すべての状況", steps),
        asked.select("year", "年度", "すべての年度", years),
    )


@dataclass(frozen=True)
class DepartmentCount:
    """A department with how many actions it leads or takes part in."""

    code: str
    name: str
    bureau: str
    led: int
    related: int


def department_counts(program: Program) -> list[DepartmentCount]:
    """Every department that owns an action of the programme, or did, once under each of its names. One query."""
    rows = (
        ActionOwner.objects.filter(begun(told_until(program)), action__program=program)
        .values("department__code", "department__name", "department__bureau__name")
        .annotate(
            since=Min("department__valid_from"),
            led=Count("action", filter=Q(kind=OwnerKind.LEAD), distinct=True),
            related=Count("action", filter=Q(kind=OwnerKind.RELATED), distinct=True),
        )
        .order_by("department__code", "since")
        .values_list("department__code", "department__name", "department__bureau__name", "led", "related")
    )
    return [DepartmentCount(code, name, bureau or "", led, related) for code, name, bureau, led, related in rows]


Tenure = tuple[datetime.date, datetime.date | None]


@dataclass(frozen=True)
class Owned:
    """An action a department owned under one name, with the periods (first day, last day); an empty end is open."""

    action: Action
    kind: str
    department: str
    periods: tuple[Tenure, ...]

    @property
    def url(self) -> str:
        return self.action.get_absolute_url()


@dataclass(frozen=True)
class Under:
    """A department under one of its names, with its first and last day; an empty end is open."""

    department: Department
    start: datetime.date
    end: datetime.date | None


@dataclass(frozen=True)
class DepartmentPage:
    names: tuple[Under, ...]
    page: "Page[dict[str, Any]]"
    rows: tuple[Owned, ...]
    successors: tuple[Any, ...]


def _joined(periods: Iterable[Tenure]) -> tuple[Tenure, ...]:
    """Periods in order, those that touch as one."""
    joined: list[Tenure] = []
    for start, end in periods:
        if joined and (before := joined[-1][1]) is not None and start <= before + datetime.timedelta(days=1):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def department_page(program: Program, code: str, page: str | None) -> DepartmentPage:
    """Raises Department.DoesNotExist where it owns nothing in the programme. Six queries."""
    day = told_until(program)
    owners = ActionOwner.objects.filter(begun(day), action__program=program)
    owns = owners.filter(department=OuterRef("pk"))
    departments = tuple(
        Department.objects.filter(Exists(owns), code=code).select_related("bureau").order_by("-valid_from")
    )
    if not departments:
        raise Department.DoesNotExist
    rows = owners.filter(department__in=departments)
    named = rows.values("action", "kind", "department__name").annotate(since=Min("valid_from"))
    shown = page_of(named.order_by("kind", "action__code", "since"), page)
    keys = [row["action"] for row in shown]
    actions, periods = Action.objects.in_bulk(keys), defaultdict[tuple[object, ...], list[Tenure]](list)
    for *key, start, end in (
        rows.filter(action__in=keys)
        .order_by("valid_from")
        .values_list("action", "kind", "department__name", "valid_from", "valid_to")
    ):
        periods[tuple(key)].append((start, told_end(end, day)))
    owned = []
    for row in shown:
        action = actions[row["action"]]
        action.program = program
        found = periods[row["action"], row["kind"], row["department__name"]]
        owned.append(Owned(action, OwnerKind(row["kind"]).label, row["department__name"], _joined(found)))
    ended = [department for department in departments if department.has_ended(day)]
    theirs = Department.objects.filter(predecessors__in=ended).exclude(code=code)
    successors = theirs.annotate(owns=Exists(owns)).order_by("code", "valid_from").distinct()
    under = tuple(Under(each, each.valid_from, told_end(each.valid_to, day)) for each in departments)
    return DepartmentPage(under, shown, tuple(owned), tuple(successors))


@dataclass(frozen=True)
class DirectionPage:
    direction: Direction
    measure: Measure
    page: "Page[Action]"
    rows: tuple[ActionRow, ...]
    standing: Standing


def direction_page(program: Program, code: Sequence[int], page: str | None) -> DirectionPage:
    """Raises ObjectDoesNotExist where the plan has no such direction. Three queries and the kept plan's."""
    kept = kept_plan(program.plan.slug)
    program.plan = kept.plan
    found = [
        (direction, measure)
        for policy in kept.plan.policies.all()
        for measure in policy.measures.all()
        for direction in measure.directions.all()
    ]
    direction, measure = pick(found, lambda each: (each[1].policy.number, each[1].number, each[0].number), tuple(code))
    standing = standing_of(program)
    served = Q(main_direction=direction) | Q(
        pk__in=direction.other_actions.filter(action__program=program).values("action")
    )
    rows = with_leads(standing.marked(Action.objects.filter(served, program=program)), reference_day(program))
    shown = page_of(rows.order_by("code"), page)
    return DirectionPage(direction, measure, shown, _rows(shown, program, kept, standing), standing)
