"""What stands in the cell of an answer and beside it, whatever the layout."""

from plan.fiscal import date_label
from programs.queries.originals import Original
from progress import workflow
from progress.enums import EvaluationField, RoundState, Status
from progress.models import Evaluation, EvaluationIndicator
from progress.queries.plan_background import Background, originals_shown
from progress.sheets.contents import Contents
from progress.sheets.questions import Question, words_of
from progress.sheets.writing import Look


def why_closed(evaluation: Evaluation) -> str:
    """Why the 調書 cannot be filled in now; "" when it can."""
    return workflow.refusal(
        workflow.SAVE,
        status=Status(evaluation.status),
        round_state=RoundState(evaluation.round.state),
        is_exception=evaluation.is_exception,
    )


def look_of(question: Question, *, is_closed: bool) -> Look:
    if is_closed:
        return Look.CLOSED
    if question.choices:
        return Look.CHOICE
    if question.is_money:
        return Look.MONEY
    return Look.NUMBER if question.is_number else Look.PROSE


def typed_value(question: Question) -> object:
    """What the cell holds now, as somebody would have typed it: numbers as numbers, choices as their words."""
    return question.value if question.is_number else words_of(question, question.value)


def earlier_text(contents: Contents, evaluation: Evaluation, about: EvaluationField) -> str:
    """Last year's words on the field, and which 調書 says them; "" for none."""
    found = contents.earlier[evaluation.pk].get(about, [])
    return "\n".join(f"{each.of}：\n{each.text}" for each in found)


def plan_originals(contents: Contents, evaluation: Evaluation) -> dict[str, str]:
    """What was planned otherwise at first, and why it was changed: of "work", "budget" and "milestones"."""
    plan = contents.backgrounds.get(evaluation.pk, Background()).plan
    return {part: _told(*originals_shown({part: plan[part]}, (), str)) for part in plan}


def target_original(contents: Contents, row: EvaluationIndicator) -> str:
    """The same of a target; "" where it is that of at first."""
    targets = contents.backgrounds.get(row.evaluation_id, Background()).targets
    named = {"name": row.indicator.name, "unit": row.indicator.unit, "original": targets.get(row.indicator_id)}
    return "\n".join(map(_told, originals_shown({}, [named], str)))


def _told(original: Original) -> str:
    lines = [f"{original.label}：", *(original.milestones or (original.text,))]
    if why := original.why:
        reason = f"変更の理由：{why.reason}、" if why.reason else "変更した日："
        lines.append(f"（{reason}{date_label(why.on)}）")
    return "\n".join(lines)
