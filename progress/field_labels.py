"""What the fields of a 調書 are called when their text has to be given back (`accounts.typed_text`)."""

from progress.enums import EvaluationField

DESK_FORMS = "/desk/evaluations/"

_CHOICES = {EvaluationField.GRADE, EvaluationField.OUTLOOK}
_OTHERS = {
    "comment": "コメント",
    "actual": "指標の実績値",
    "no_actual_reason": "実績値がない理由",
    "next_target": "次年度の目標値",
    "target_change_reason": "目標値を変える理由",
    "note": "マイルストーンの補足",
}


def label_of(name: str) -> str | None:
    """「実績」 for results; None for choices and for what the form says about itself."""
    if name in EvaluationField.values and name not in _CHOICES:
        return str(EvaluationField(name).label)
    return _OTHERS.get(name.rpartition("-")[2])
