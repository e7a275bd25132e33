"""What was published of the same actions the year before, or of those that they continue."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from programs.models import ActionLineage
from progress.models import PublishedEvaluation, Round
from progress.queries.published import frozen_evaluations
from progress.queries.results import UNDECIDED_LABEL, Data


@dataclass(frozen=True)
class Before:
    """The year before of an action, told by the `rows` of the actions it continues, by code.

    `origins`: how many it continues, not all of which need be told; 0 where the row is its own. `is_split`: others
    continue one of them as well. Money in 千円.
    """

    rows: tuple[PublishedEvaluation, ...]
    origins: int = 0
    is_split: bool = False

    @property
    def grade(self) -> str:
        """A symbol, or that it is not decided; of a merged action each with the code it is of."""
        if self.origins > 1:
            return "\n".join(f"{row.code} {row.grade_symbol or UNDECIDED_LABEL}" for row in self.rows)
        return self.rows[0].grade_symbol or UNDECIDED_LABEL

    @property
    def budget(self) -> int | None:
        return self._sum(row.budget for row in self.rows)

    @property
    def settlement(self) -> int | None:
        return self._sum(row.settlement for row in self.rows)

    def _sum(self, amounts: Iterable[int | None]) -> int | None:
        """Known where every part is; nobody knows how the money of a split action is divided."""
        known = [amount for amount in amounts if amount is not None]
        return sum(known) if len(known) == max(self.origins, 1) and not self.is_split else None

    def indicator(self, indicator: Data) -> Data:
        """The same one the year before, {} where there is none.

        In another programme it is the first of that name and unit, as indicators are carried on.
        """
        names = ("name", "unit") if self.origins else ("key",)
        told: Iterable[Any] = (each for row in self.rows for each in row.data.get("indicators", ()))
        return next((each for each in told if all(each.get(name) == indicator.get(name) for name in names)), {})


def year_before(round_: Round) -> Mapping[int, Before]:
    """Action id → what is published for the year before: its own, else of the actions it continues. Two queries."""
    lineages = ActionLineage.objects.filter(action__program=round_.program_id).order_by("predecessor__code")
    pairs = list(lineages.values_list("action", "predecessor"))
    theirs = Q(round__program=round_.program_id) | Q(action__in=lineages.order_by().values("predecessor"))
    rows = frozen_evaluations().filter(theirs, round__year=round_.year - 1)
    told = {row.action_id: row for row in rows.order_by("code")}
    heirs = Counter(predecessor for _, predecessor in pairs)
    origins: dict[int, list[int]] = {}
    for action, predecessor in pairs:
        origins.setdefault(action, []).append(predecessor)
    continued = {
        action: Before(
            tuple(told[each] for each in found if each in told), len(found), any(heirs[each] > 1 for each in found)
        )
        for action, found in origins.items()
        if any(each in told for each in found)
    }
    return continued | {action: Before((row,)) for action, row in told.items() if action not in heirs}
