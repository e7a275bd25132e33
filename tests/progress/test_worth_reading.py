"""Which complete 調書 should be read before they are accepted along with others."""

import pytest

from progress.worth_reading import Mark, marks


@pytest.mark.parametrize(
    ("is_graded", "suggested", "ends", "wanted"),
    [
        (True, None, False, ()),
        (True, 3, False, ()),
        (True, 2, False, (Mark.DISAGREES,)),
        (True, 2, True, (Mark.DISAGREES, Mark.ENDS)),
        (False, None, False, (Mark.UNGRADED,)),
        (False, 2, True, (Mark.UNGRADED, Mark.ENDS)),
    ],
)
def test_what_is_out_of_the_ordinary(
    is_graded: bool, suggested: int | None, ends: bool, wanted: tuple[Mark, ...]
) -> None:
    assert marks(grade=3, is_graded=is_graded, suggested=suggested, ends=ends) == wanted
