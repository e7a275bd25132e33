"""A stored 調書 in words, field by field: for read-only pages and for last year's text beside this year's."""

from decimal import Decimal

from programs.reading import plain_number
from progress.enums import EvaluationField
from progress.models import Evaluation, EvaluationIndicator, EvaluationMilestone

Words = dict[EvaluationField, str]


def money(amount: int | None) -> str:
    """「1,234千円」; "" for an unknown amount."""
    return "" if amount is None else f"{amount:,}千円"


def number(value: Decimal | None) -> str:
    """「1,234.5」, without noughts at the end; "" for None."""
    if value is None:
        return ""
    whole, point, decimals = plain_number(value).partition(".")
    return f"{int(whole):,}{point}{decimals}" if whole not in {"-0", ""} else plain_number(value)


def field_words(evaluation: Evaluation) -> Words:
    """Every field as text, "" where nothing is filled in. `evaluation` read with `with_everything()`: no query."""
    indicators = list(evaluation.indicators.all())
    return {
        EvaluationField.PLANNED_WORK: evaluation.planned_work,
        EvaluationField.PLAN_CHANGE: evaluation.plan_change,
        EvaluationField.RESULTS: evaluation.results,
        EvaluationField.SETTLEMENT: money(evaluation.settlement),
        EvaluationField.MILESTONES: "\n".join(filter(None, map(_milestone, evaluation.milestones.all()))),
        EvaluationField.INDICATORS: "\n".join(filter(None, map(_actual, indicators))),
        EvaluationField.GRADE: str(evaluation.grade or ""),
        EvaluationField.GRADE_REASON: evaluation.grade_reason,
        EvaluationField.OUTCOMES: evaluation.outcomes,
        EvaluationField.PROBLEMS: evaluation.problems,
        EvaluationField.ENVIRONMENT_CHANGE: evaluation.environment_change,
        EvaluationField.OUTLOOK: str(evaluation.outlook or ""),
        EvaluationField.OUTLOOK_REASON: evaluation.outlook_reason,
        EvaluationField.NEXT_PLAN: evaluation.next_plan,
        EvaluationField.NEXT_BUDGET: money(evaluation.next_budget),
        EvaluationField.NEXT_TARGETS: "\n".join(filter(None, map(_next_target, indicators))),
    }


def _milestone(row: EvaluationMilestone) -> str:
    if not row.reached:
        return ""
    note = f"（{row.note}）" if row.note else ""
    return f"{row}：{row.get_reached_display()}{note}"


def _actual(row: EvaluationIndicator) -> str:
    unit = row.indicator.unit
    target = f"目標 {number(row.target)}{unit}、" if row.target is not None else ""
    if row.actual is not None:
        return f"{row.indicator.name}：{target}実績 {number(row.actual)}{unit}"
    return f"{row.indicator.name}：{target}実績なし（{row.no_actual_reason}）" if row.no_actual_reason else ""


def _next_target(row: EvaluationIndicator) -> str:
    if row.next_target is None:
        return ""
    reason = f"（変更の理由：{row.target_change_reason}）" if row.target_change_reason else ""
    return f"{row.indicator.name}：{number(row.next_target)}{row.indicator.unit}{reason}"
