"""The first of a long list, as a page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FirstOf:
    """The first of what is listed, and how much there is."""

    total: int
    shown: Sequence[Any]

    @property
    def rest(self) -> int:
        return self.total - len(self.shown)
