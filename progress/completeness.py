"""What a 調書 still lacks before it can be submitted. Pure: forms, the desk and the transition ask the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from progress.enums import EvaluationField


@dataclass(frozen=True)
class IndicatorEntry:
    """One indicator as filled in; `key` is the row's id, for the link that jumps to it."""

    key: int
    name: str
    actual: Decimal | None = None
    no_actual_reason: str = ""
    planned_next_target: Decimal | None = None
    next_target: Decimal | None = None
    target_change_reason: str = ""


@dataclass(frozen=True)
class MilestoneEntry:
    key: int
    title: str
    reached: str = ""


@dataclass(frozen=True)
class Filled:
    """The answers of one 調書. `grade` is the chosen entry's id, `suggested` that of the numbers' suggestion.

    `is_last_year`: of the programme; the next year's plan is then one of the next programme.
    """

    results: str = ""
    settlement: int | None = None
    grade: int | None = None
    grade_is_graded: bool = True
    grade_needs_reason: bool = False
    grade_reason: str = ""
    suggested: int | None = None
    outcomes: str = ""
    problems: str = ""
    outlook: int | None = None
    outlook_needs_reason: bool = False
    outlook_reason: str = ""
    outlook_ends: bool = False
    next_plan: str = ""
    has_next_year: bool = True
    is_last_year: bool = False
    indicators: Sequence[IndicatorEntry] = field(default_factory=tuple)
    milestones: Sequence[MilestoneEntry] = field(default_factory=tuple)


@dataclass(frozen=True)
class Missing:
    """One thing that is missing. `key` is the row's id where the field has rows, else None."""

    field: EvaluationField
    text: str
    key: int | None = None


def missing(filled: Filled) -> list[Missing]:
    """What is missing, in the order of the form; empty when the 調書 can be submitted."""
    return [*_do(filled), *_check(filled), *_act(filled)]


def disagrees(*, grade: int | None, is_graded: bool, suggested: int | None) -> bool:
    """Whether a grade differs from what the indicators' numbers suggest: then it must be explained, and is read.

    `grade` and `suggested` are keys of the scale. What stands outside the scale (評価困難) differs from no
    number: its own entry says whether it needs a reason, and it is noticed for being ungraded.
    """
    return is_graded and grade is not None and suggested is not None and grade != suggested


def _do(filled: Filled) -> list[Missing]:
    found = []
    if not filled.results.strip():
        found.append(Missing(EvaluationField.RESULTS, "実績を入力してください。"))
    if filled.settlement is None:
        found.append(
            Missing(EvaluationField.SETTLEMENT, "決算額を入力してください。支出がないときは「0」を入力します。")
        )
    found += [
        Missing(EvaluationField.MILESTONES, f"マイルストーン「{row.title}」の達成状況を選んでください。", row.key)
        for row in filled.milestones
        if not row.reached
    ]
    found += [
        Missing(
            EvaluationField.INDICATORS,
            f"指標「{row.name}」の実績値か、実績値がない理由を入力してください。",
            row.key,
        )
        for row in filled.indicators
        if row.actual is None and not row.no_actual_reason.strip()
    ]
    return found


def _check(filled: Filled) -> list[Missing]:
    found = []
    if filled.grade is None:
        found.append(Missing(EvaluationField.GRADE, "達成度を選んでください。"))
    if not filled.grade_reason.strip():
        if filled.grade_needs_reason:
            found.append(Missing(EvaluationField.GRADE_REASON, "評価区分外とした理由を入力してください。"))
        elif disagrees(grade=filled.grade, is_graded=filled.grade_is_graded, suggested=filled.suggested):
            found.append(
                Missing(EvaluationField.GRADE_REASON, "指標の実績から見た目安と達成度が違う理由を入力してください。")
            )
    if not filled.outcomes.strip():
        found.append(Missing(EvaluationField.OUTCOMES, "成果を入力してください。"))
    if not filled.problems.strip():
        found.append(
            Missing(EvaluationField.PROBLEMS, "課題を入力してください。課題がないときは「特になし」と入力します。")
        )
    return found


def _act(filled: Filled) -> list[Missing]:
    found = []
    if filled.outlook is None:
        found.append(Missing(EvaluationField.OUTLOOK, "今後の方向性を選んでください。"))
    if filled.outlook_needs_reason and not filled.outlook_reason.strip():
        found.append(Missing(EvaluationField.OUTLOOK_REASON, "その方向性とした理由を入力してください。"))
    if filled.outlook_ends or not filled.has_next_year:
        return found
    if not filled.next_plan.strip():
        found.append(Missing(EvaluationField.NEXT_PLAN, "次年度の計画を入力してください。"))
    found += [
        Missing(
            EvaluationField.NEXT_TARGETS, f"指標「{row.name}」の次年度の目標値を変える理由を入力してください。", row.key
        )
        for row in filled.indicators
        if _is_changed(row, filled) and not row.target_change_reason.strip()
    ]
    return found


def _is_changed(row: IndicatorEntry, filled: Filled) -> bool:
    """In a programme's last year a first target is no change: the next programme may have none yet."""
    if filled.is_last_year and row.planned_next_target is None:
        return False
    return row.next_target != row.planned_next_target
