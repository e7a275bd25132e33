"""The sheets of a programme's file, in their order. What they hold is the file: nothing else knows a label."""

from programs.workbook.action_sheets import ACTIONS, DIRECTIONS, LINEAGES, OWNERS, UPPERS
from programs.workbook.columns import Sheet
from programs.workbook.yearly_sheets import INDICATORS, MILESTONES, TARGETS, YEARS

SHEETS: tuple[Sheet, ...] = (
    ACTIONS,
    OWNERS,
    DIRECTIONS,
    UPPERS,
    YEARS,
    MILESTONES,
    INDICATORS,
    TARGETS,
    LINEAGES,
)
"""In the order of the file, which is that of writing as well: what hangs on a row comes after it."""

GUIDE, CODES, ABOUT = "記入要領", "コード表", "情報"
ADDRESS_LABEL = "プログラムのアドレス"

__all__ = [
    "ABOUT",
    "ACTIONS",
    "ADDRESS_LABEL",
    "CODES",
    "DIRECTIONS",
    "GUIDE",
    "INDICATORS",
    "LINEAGES",
    "MILESTONES",
    "OWNERS",
    "SHEETS",
    "TARGETS",
    "UPPERS",
    "YEARS",
]
