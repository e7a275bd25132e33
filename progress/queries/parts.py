"""The first of a long list, as a page shows it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """The first of what is listed, and how much there is."""

    total: int
    shown: list[Any]

    @property
    def rest(self) -> int:
        return self.total - len(self.shown)
