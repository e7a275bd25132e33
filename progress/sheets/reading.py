"""One cell as the form would have been sent it. What the form itself can judge is left to the form."""

from decimal import Decimal

from programs import reading
from progress.sheets.locating import Found
from progress.sheets.questions import Question

TYPE_FORMULA, TYPE_ERROR = "f", "e"
LONGEST_CELL = 10_000


class Untaken(ValueError):
    """Why a cell cannot be taken, and how to mend it; `str()` is Japanese sentences."""


def sent_text(cell: Found, question: Question) -> str:
    """What the form gets. Raises Untaken for what is no value: formulas, errors, covered cells, endless text."""
    if cell.covered:
        raise Untaken(f"{cell.covered}結合を解除して、記入し直してください。")
    if cell.kind == TYPE_FORMULA:
        raise Untaken("数式が入っています。コピーして「値として貼り付け」をしてください。")
    if cell.kind == TYPE_ERROR:
        raise Untaken(f"『{reading.shown(cell.value)}』はExcelのエラー値です。正しい値を入力し直してください。")
    if isinstance(cell.value, str) and len(cell.value) > LONGEST_CELL:
        raise Untaken(f"長すぎます（{len(cell.value):,}文字）。4,000字以内に縮めてください。")
    text = _text(cell)
    if not text:
        return ""
    return _choice(text, question) if question.choices else text


def _text(cell: Found) -> str:
    """The value as the cell shows it: 0.85 in a cell of percents is 85%."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in cell.number_format:
        return f"{reading.plain_number(Decimal(repr(value)) * 100)}%"
    if isinstance(value, float) and not value.is_integer():
        return reading.plain_number(Decimal(repr(value)))
    return reading.read_text(value)


def _choice(text: str, question: Question) -> str:
    """The key behind the words, the symbol or the meaning: 「3 ほぼ目標どおり」, 「3」, 「ほぼ目標どおり」."""
    words = question.choices
    short: dict[str, str] = {}
    for label, key in words.items():
        symbol, _, meaning = label.partition(" ")
        for part in (symbol, meaning):
            if part:
                short[part] = "" if short.get(part, key) != key else key
    try:
        return reading.read_choice(text, {**{part: key for part, key in short.items() if key}, **words})
    except reading.Unreadable as error:
        told = "」「".join(words)
        raise Untaken(f"『{error.value}』は選べる言葉ではありません。「{told}」から選んでください。") from error
