"""What a 組織改編 is: which 課 end, which follow, what goes where. `actions.reorganisation` does it."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.models import Department


@dataclass(frozen=True)
class Successor:
    """A new 組織, or one that is there already (`existing`), which takes on what the others leave."""

    code: str = ""
    name: str = ""
    bureau: Department | None = None
    existing: Department | None = None

    @property
    def full_name(self) -> str:
        """With its 局."""
        if self.existing is not None:
            return self.existing.full_name
        return f"{self.bureau.name} {self.name}" if self.bureau else self.name


@dataclass(frozen=True)
class Reorganisation:
    """From `day` on (its first day), `successors` stand in place of `predecessors`.

    One of each: renamed. Several predecessors: merged. Several successors:
    split; then `action_to` and `person_to` (ids of actions and people) say
    which successor takes what, by its index; the first takes everything else.
    """

    day: datetime.date
    predecessors: tuple[Department, ...]
    successors: tuple[Successor, ...]
    action_to: Mapping[int, int] = field(default_factory=dict)
    person_to: Mapping[int, int] = field(default_factory=dict)

    @property
    def is_of_bureaus(self) -> bool:
        """Whether 局 are reorganised, not 課; False while nothing is chosen."""
        return any(department.bureau_id is None for department in self.predecessors)

    @property
    def last_day(self) -> datetime.date:
        """The last day of the predecessors."""
        return self.day - datetime.timedelta(days=1)
