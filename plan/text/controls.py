"""Characters that nobody sees and no file may hold. Pure."""

import re

# What XML 1.0 and Excel refuse: a feed with one of them could not be written, and a sheet not be opened.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
# What turns the direction of all that follows: no Japanese text needs it, and a name can be made to read otherwise.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def without_controls(text: str) -> str:
    """The text without them; tabs and line breaks stay."""
    return _TURNING.sub("", CONTROL.sub("", text))
