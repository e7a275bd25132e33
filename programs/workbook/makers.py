"""Columns that stand on several sheets, and what they say about how to fill them in."""

from collections.abc import Callable
from typing import Any

from programs import reading
from programs.workbook.columns import Column, Shape

MONEY = (
    "千円単位。数字だけか、「1,234千円」「2百万円」「1億2千万円」「1,234,000円」。"
    "分からないときは空欄（0とは区別します）"
)
YEAR = "西暦か和暦（2016、H28、平成28年度）"
DAY = "日付（2017/4/1、平成29年4月1日、H29.4.1）"
POSITION = "表示の順番。空欄にすると、今の順番のまま、新しい行は最後になります"


def words_of(choices: Any) -> dict[str, str]:
    """Label → stored word of a TextChoices."""
    return {str(choice.label): str(choice.value) for choice in choices}


def action_column(getter: Callable[[Any], object]) -> Column:
    """The column that says which action a row belongs to."""
    return Column(
        "取組コード",
        "action",
        Shape.CODE,
        "シート「取組」にあるコード",
        "1-1-003",
        getter=getter,
        reader=reading.read_code,
        is_required=True,
        longest=20,
    )


def position_column() -> Column:
    return Column(
        "順番", "position", Shape.NUMBER, POSITION, "1", getter=lambda row: row.position, reader=reading.read_whole
    )


def year_column(
    label: str, name: str, meaning: str, getter: Callable[[Any], object], *, is_required: bool = True
) -> Column:
    return Column(
        label,
        name,
        Shape.YEAR,
        f"{meaning}{YEAR}",
        "2016",
        getter=getter,
        reader=reading.read_year,
        is_required=is_required,
    )


def money_column(label: str, name: str, getter: Callable[[Any], object]) -> Column:
    return Column(label, name, Shape.MONEY, MONEY, "1,234", getter=getter, reader=reading.read_thousand_yen)


def number_column(label: str, name: str, meaning: str, getter: Callable[[Any], object]) -> Column:
    return Column(label, name, Shape.NUMBER, meaning, "120", getter=getter, reader=reading.read_number)
