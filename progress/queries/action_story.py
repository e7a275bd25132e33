"""What became of one action, year by year: the part of its page that comes from published 調書."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.safestring import SafeString

from plan.fiscal import fiscal_year_label
from plan.prose import TermMarker
from programs.queries.action_pages import ActionPage, IndicatorPlan
from programs.queries.action_years import YearPlan
from programs.queries.originals import Original, Why, as_told, in_order_of_year, milestone_line, money_words
from programs.queries.standing import Step
from progress.charts import Chart, Point, chart, written
from progress.models import Evaluation, PublishedEvaluation
from progress.queries.corrections import marked_views, shown_corrections
from progress.queries.plan_origins import Part, confirmed_origins, continued_actions, is_changed_since, told_origins
from progress.queries.published import current_evaluations, with_frames_of_rows
from progress.queries.results import CorrectionView, Legend

Data = Mapping[str, Any]


@dataclass(frozen=True)
class YearResult:
    """What is published of one year: done, grade, next.

    `evaluated`: the parts of the plan that was evaluated which the present plan says otherwise.
    """

    round_label: str
    url: str
    grade: Step
    results: SafeString
    settlement: int | None
    milestones: tuple[Data, ...]
    outlook: str
    next_plan: SafeString
    exception_reason: str
    is_corrected: bool
    is_exception: bool
    evaluated: tuple[Original, ...] = ()


@dataclass(frozen=True)
class Origin:
    """The evaluation a year's plan came from."""

    label: str
    url: str


@dataclass(frozen=True)
class StoryYear:
    """One fiscal year: what was planned and, once it is published, what became of it.

    `is_changed_since`: the plan is no longer what came from its `origins`.
    """

    year: int
    plan: YearPlan | None
    result: YearResult | None
    origins: tuple[Origin, ...]
    is_changed_since: bool

    @property
    def label(self) -> str:
        return fiscal_year_label(self.year)


@dataclass(frozen=True)
class MeasuredYear:
    """The numbers of a year, in the table under the drawing; `why` the target is no longer the `original` one.

    `present` is the target of now where another one was evaluated; then `why` is of that change.
    """

    label: str
    target: str
    original: str
    actual: str
    reason: str
    rate: str
    reached: str
    why: Why | None = None
    present: str = ""


@dataclass(frozen=True)
class IndicatorStory:
    plan: IndicatorPlan
    anchor: str
    chart: Chart | None
    years: tuple[MeasuredYear, ...]

    @property
    def description(self) -> str:
        """The drawing in words."""
        parts = []
        for year in self.years:
            actual = f"実績値{year.actual}{self.plan.unit}" if year.actual else "実績値は未公表"
            parts.append(
                f"{year.label}は目標値{year.target or 'なし'}{self.plan.unit if year.target else ''}、{actual}"
            )
        return "。".join(parts)

    @property
    def baseline(self) -> str:
        return written(self.plan.baseline)

    @property
    def has_changed_targets(self) -> bool:
        return any(year.original for year in self.years)

    @property
    def reasons(self) -> list[MeasuredYear]:
        """The years whose target was changed for a reason that is known."""
        told = (year for year in self.years if year.original and not year.present)
        return [year for year in told if year.why is not None and year.why.reason]

    @property
    def changed_since(self) -> list[MeasuredYear]:
        """The years whose target is another one now than was evaluated."""
        return [year for year in self.years if year.present]


@dataclass(frozen=True)
class ActionStory:
    years: tuple[StoryYear, ...]
    indicators: tuple[IndicatorStory, ...]
    corrections: tuple[CorrectionView, ...]
    legend: Legend | None


def action_story(page: ActionPage) -> ActionStory:
    """Three queries. Terms in the published texts are marked with the page's own marker."""
    found = _published(page)
    results = {row.round.year: row for row in found}
    origins = _origins(page)
    plans = {plan.year: plan for plan in page.years}
    years = tuple(
        _year(year, plans.get(year), results.get(year), origins, page) for year in sorted(plans.keys() | results.keys())
    )
    corrections = shown_corrections().filter(evaluation__action=page.action)
    return ActionStory(
        years,
        tuple(_indicator(plan, results) for plan in page.indicators),
        marked_views(corrections, page.marker),
        Legend.of(found[0].first_frame or {}) if found else None,
    )


def _published(page: ActionPage) -> list[Any]:
    """The current 調書 of the action, newest year first, each with the frame of its year."""
    rows = with_frames_of_rows(current_evaluations().filter(action=page.action))
    return list(rows.order_by("-round__year"))


def _year(
    year: int, plan: YearPlan | None, result: Any | None, origins: Mapping[int, list[Any]], page: ActionPage
) -> StoryYear:
    rows = origins.get(plan.key, []) if plan else []
    return StoryYear(
        year,
        plan,
        _result(result, plan, page.marker) if result is not None else None,
        tuple(_origin(row.proposal.evaluation, page) for row in rows if row.is_told),
        plan is not None and _is_changed_since(plan, rows, page),
    )


def _is_changed_since(plan: YearPlan, rows: Sequence[Any], page: ActionPage) -> bool:
    parts = [Part(row.planned_work, row.budget) for row in rows]
    is_own = any(row.proposal.evaluation.action_id == page.action.pk for row in rows)
    continues = 0 if is_own or not rows else max(row.continues for row in rows)
    return bool(rows) and is_changed_since(plan.typed, plan.budget, parts, continues=continues)


def _origins(page: ActionPage) -> dict[int, list[Any]]:
    """Yearly plan → what it came from, by the code of the action: several where that is merged."""
    rows = confirmed_origins().filter(action_year__in=[plan.key for plan in page.years])
    rows = rows.select_related("proposal__evaluation__round", "proposal__evaluation__action").annotate(
        is_told=Exists(told_origins().filter(pk=OuterRef("pk"))), continues=continued_actions("action_year__action")
    )
    origins: dict[int, list[Any]] = {}
    for row in rows.order_by("proposal__evaluation__action__code"):
        origins.setdefault(row.action_year_id, []).append(row)
    return origins


def _origin(evaluation: Evaluation, page: ActionPage) -> Origin:
    of = "" if evaluation.action_id == page.action.pk else f"（前プログラムの取組 {evaluation.action.code}）"
    address = reverse("progress:action", args=[evaluation.round.slug, evaluation.action.code])
    return Origin(f"{fiscal_year_label(evaluation.round.year)}の評価{of}", address)


def _result(row: Any, plan: YearPlan | None, marker: TermMarker) -> YearResult:
    data, legend = row.data, Legend.of(row.first_frame or {})
    marker.section()
    return YearResult(
        round_label=fiscal_year_label(row.round.year),
        url=reverse("progress:action", args=[row.round.slug, row.code]),
        grade=legend.grade(row.grade_symbol, row.grade_label, row.grade_kind),
        results=marker.lines(data.get("do", {}).get("results", "")),
        settlement=row.settlement,
        milestones=tuple(each for each in data.get("milestones", ()) if each.get("reached_label")),
        outlook=_outlook(row),
        next_plan=marker.lines(data.get("act", {}).get("next_plan", "")),
        exception_reason=row.exception_reason,
        is_corrected=row.edition > 1,
        is_exception=row.is_undecided,
        evaluated=tuple(_evaluated(data, plan, marker)) if plan else (),
    )


def _evaluated(data: Data, plan: YearPlan, marker: TermMarker) -> Iterator[Original]:
    frozen = data.get("plan", {})
    if as_told(work := frozen.get("planned_work") or "") != as_told(plan.typed):
        yield Original("評価した計画", None, marker.lines(work) if work else "記載なし")
    if (budget := frozen.get("planned_budget")) != plan.budget:
        yield Original("評価した計画の予算額", None, "不明" if budget is None else money_words(budget))
    lines = tuple(map(milestone_line, in_order_of_year(data.get("milestones", ()))))
    if sorted(lines) != sorted(map(str, plan.milestones)):
        yield Original("評価した計画のマイルストーン", None, "なし", lines)


def _outlook(row: PublishedEvaluation) -> str:
    symbol, label = row.outlook_symbol, row.outlook_label
    return label if symbol == label else f"{symbol} {label}"


def _indicator(plan: IndicatorPlan, results: Mapping[int, Any]) -> IndicatorStory:
    """Targets as planned now, of a published year as they were evaluated; actual values only from what is published."""
    targets = {target.year: target for target in plan.targets}
    measured = {year: found for year, row in results.items() if (found := _frozen(plan, row.data["indicators"]))}
    points, rows = [], []
    for year in sorted(targets.keys() | measured.keys()):
        frozen = measured.get(year, {})
        target = _number(frozen.get("target")) if frozen else targets[year].value
        planned = targets.get(year)
        original = planned.original if planned else None
        reached = frozen.get("reached")
        points.append(Point(year, target, _number(frozen.get("actual")), reached))
        rows.append(
            MeasuredYear(
                label=fiscal_year_label(year),
                target=written(target),
                original=written(original) if original is not None and original != target else "",
                actual=written(_number(frozen.get("actual"))),
                reason=frozen.get("no_actual_reason", ""),
                rate=f"{frozen['rate']}%" if frozen.get("rate") else "",
                reached="" if reached is None else "達成" if reached else "未達成",
                why=planned.why if planned else None,
                present=written(planned.value) if planned and planned.value != target else "",
            )
        )
    drawing = chart(points, plan.baseline)
    return IndicatorStory(plan, f"indicator-{plan.key}", drawing, tuple(rows))


def _frozen(plan: IndicatorPlan, rows: Sequence[Data]) -> Data | None:
    """The indicator's row of a 調書; rows frozen without a key are known by their name."""
    return next((row for row in rows if row.get("key", plan.key) == plan.key and _is_same(plan, row)), None)


def _is_same(plan: IndicatorPlan, row: Data) -> bool:
    return "key" in row or row["name"] == plan.name


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
