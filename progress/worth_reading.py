"""Which complete 調書 somebody should read before it is accepted along with many others. Pure."""

from enum import Enum

from progress.completeness import disagrees


class Mark(Enum):
    """What is out of the ordinary."""

    DISAGREES = "disagrees"
    UNGRADED = "ungraded"
    ENDS = "ends"


def marks(*, grade: int | None, is_graded: bool, suggested: int | None, ends: bool) -> tuple[Mark, ...]:
    """`grade` and `suggested` (by the indicators' numbers) are keys of the scale; () where all is as usual."""
    found = {
        Mark.DISAGREES: disagrees(grade=grade, is_graded=is_graded, suggested=suggested),
        Mark.UNGRADED: not is_graded,
        Mark.ENDS: ends,
    }
    return tuple(mark for mark, holds in found.items() if holds)
