"""Characters that nobody sees and no file may hold. Pure."""

import re

# What XML 1.0 and Excel refuse: a feed with one of them could not be written, and a sheet not be opened.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
# Further ones of old terminals (not U+0085, a line break), and what turns the direction of all that follows: no
# Japanese text needs them, and a name can be made to read otherwise.
_UNSEEN = re.compile("[\x80-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def without_controls(text: str) -> str:
    """The text without them. Tabs and line breaks stay, and what joins or varies signs (of emoji, of 異体字)."""
    return _UNSEEN.sub("", CONTROL.sub("", text))


def one_line(text: str) -> str:
    """The text without them, and with a space for each tab and line break."""
    return " ".join(without_controls(text).replace("\t", " ").splitlines())
