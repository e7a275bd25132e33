"""What stands in the cell of an answer and beside it, whatever the layout."""

from progress import workflow
from progress.enums import EvaluationField, RoundState, Status
from progress.models import Evaluation
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
