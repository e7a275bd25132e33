"""What the page before a deed to many showed, sealed in its form: the deed is done to that only.

The keys stand in it, so nothing slips in that came after; as differences of
neighbours and compressed, 20,000 of them are a few thousand characters.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from django.core import signing

from accounts.models import User
from progress.models import Round

_SALT = "progress.seen"


@dataclass(frozen=True)
class Seen:
    """`along`: keys that were counted; `singly`: keys shown one by one; `unlisted`: how many more were not shown."""

    at: datetime.datetime
    along: Sequence[int]
    singly: Sequence[int]
    unlisted: int = 0


def sealed(seen: Seen, *, deed: str, round_: Round, by: User) -> str:
    """For the hidden field. Nobody else can send it, nor for another deed or round."""
    content = {
        "for": [deed, round_.pk, by.pk],
        "at": seen.at.isoformat(),
        "along": _differences(seen.along),
        "singly": list(seen.singly),
        "unlisted": seen.unlisted,
    }
    return signing.dumps(content, salt=_SALT, compress=True)


def unsealed(text: str, *, deed: str, round_: Round, by: User) -> Seen | None:
    """None for what was not sealed here for this deed, person and round."""
    try:
        content: dict[str, Any] = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        return None
    if content["for"] != [deed, round_.pk, by.pk]:
        return None
    return Seen(
        datetime.datetime.fromisoformat(content["at"]),
        list(accumulate(content["along"])),
        content["singly"],
        content["unlisted"],
    )


def _differences(keys: Iterable[int]) -> list[int]:
    in_order = sorted(keys)
    return in_order[:1] + [after - before for before, after in pairwise(in_order)]
