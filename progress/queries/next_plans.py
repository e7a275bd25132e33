"""Where the Act part of an accepted 調書 goes, and what it makes of the plan there.

Within a programme that is the action's own next year. In a programme's last
year it is the first year of the actions that continue it in the next programme:
none while that is not made or does not carry the action on, several where it is split. Only the programme that
follows the present one counts (`following_program`), for what is shown as for what is done.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db.models import OuterRef, Subquery

from plan.models.json_rows import rows_below
from programs.models import Action, ActionYear, Indicator, IndicatorYear, Milestone
from programs.queries.originals import in_order_of_year, milestone_line
from progress.models import NextYearProposal, PlanOrigin, Round
from progress.queries.successors import Parent, is_last_year, relations


@dataclass(frozen=True)
class NextTarget:
    """A target of the next year: as planned now and as proposed, by the indicator that gets it."""

    indicator: Indicator
    before: Decimal | None
    after: Decimal | None
    reason: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Untaken:
    """A target the 調書 gives, and the code of the action whose indicator of that name is carried on instead, or ""."""

    indicator: Indicator
    target: Decimal
    instead: str


@dataclass(frozen=True)
class NextPlan:
    """What one proposal makes of one action's next year. Money in 千円.

    `present` is the yearly plan as it stands, None where there is none yet. `given_work` and `given_budget` are
    this proposal's own part; `work` and `budget` are the whole plan, with the parts of the other 調書 that were
    confirmed for a merged action. Of a split action nobody knows how its money is divided: the budget stays. So does
    that of a merged one until the parts of all are known. In the next programme what the 調書 leaves blank stays as
    it is, too.

    `others` are the codes of the further actions that a merged one continues, `awaited` those whose part is still to
    come; `untaken` are the targets the 調書 gives that no indicator there gets. `is_money_left`: the parts of a
    merged action do not add up yet. `is_first`: nothing but first parts of 調書 has come to the plan so far, so it
    has no original that is changed. `milestones` are those of the present plan, as lines: no 調書 gives any.
    """

    action: Action
    present: ActionYear | None
    milestones: tuple[str, ...]
    given_work: str
    given_budget: int | None
    work: str
    budget: int | None
    targets: tuple[NextTarget, ...]
    untaken: tuple[Untaken, ...]
    others: tuple[str, ...]
    awaited: tuple[str, ...]
    is_inherited: bool
    is_split: bool
    is_money_left: bool
    is_first: bool


def next_plans(proposals: Sequence[NextYearProposal]) -> dict[int, list[NextPlan]]:
    """Proposal → the plans it makes, by action code; none of an ending or where there is nowhere to go.

    `proposals` are of one round, read with `evaluation__round__program` and
    `evaluation__action`. At most three queries.
    """
    continuing = [proposal for proposal in proposals if not proposal.ends_action]
    if not continuing:
        return {}
    found = _Found.of_proposals(continuing, continuing[0].evaluation.round)
    return {
        proposal.pk: [found.plan(proposal, action) for action in found.receivers(proposal)] for proposal in continuing
    }


def planned_targets(actions: Sequence[Action], round_: Round) -> dict[int, dict[str, Decimal | None]]:
    """Action → the targets of the next year by indicator name, where one action of the next programme continues it.

    Only those its 調書 sets there: not one that a merged action has from another. Two queries.
    """
    found = _Found.of_actions({action.pk for action in actions}, round_)
    only = {pk: heirs[0] for pk, heirs in found.heirs.items() if len(heirs) == 1}
    return {
        pk: {
            indicator.name: indicator.next_target
            for indicator in found.indicators.get(heir.pk, ())
            if found.source(indicator, heir) == pk
        }
        for pk, heir in only.items()
    }


def without(proposal: NextYearProposal) -> list[NextPlan]:
    """The plans of merged actions that have a part of this proposal, as they are without it, by action code.

    None where no part of another is left: what stands there stays. For a proposal that ends its action.
    """
    round_ = proposal.evaluation.round
    if not is_last_year(round_):
        return []
    found = _Found.of_proposals([proposal], round_)
    plans = [found.plan(proposal, heir, is_given=False) for heir in found.receivers(proposal)]
    return [plan for plan in plans if plan.present is not None and found.parts_of(plan.action, proposal)]


@dataclass(frozen=True)
class _Part:
    """What one 調書 gives to a merged plan."""

    code: str
    work: str
    budget: int | None


@dataclass(frozen=True)
class _Found:
    """What is known of the actions whose plans the proposals make."""

    heirs: Mapping[int, list[Action]]
    parents: Mapping[int, list[Parent]]
    indicators: Mapping[int, list[Any]]
    is_inherited: bool
    plans: Mapping[int, Any] = field(default_factory=dict)

    @classmethod
    def of_actions(cls, own: set[int], round_: Round) -> "_Found":
        """Without the plans. Two queries."""
        is_inherited = is_last_year(round_)
        heirs, parents = relations(own, round_) if is_inherited else ({}, {})
        concerned = own | set(parents) | {parent.key for found in parents.values() for parent in found}
        return cls(heirs, parents, _indicators(concerned, round_.year + 1), is_inherited)

    @classmethod
    def of_proposals(cls, proposals: Sequence[NextYearProposal], round_: Round) -> "_Found":
        own = {proposal.evaluation.action_id for proposal in proposals}
        found = cls.of_actions(own, round_)
        receivers = set(found.parents) if found.is_inherited else own
        plans = ActionYear.objects.filter(action__in=receivers, year=round_.year + 1).annotate(
            origin_rows=_ORIGINS, milestone_rows=_MILESTONES
        )
        return replace(found, plans={plan.action_id: plan for plan in plans})

    def receivers(self, proposal: NextYearProposal) -> list[Action]:
        action = proposal.evaluation.action
        return self.heirs.get(action.pk, []) if self.is_inherited else [action]

    def plan(self, proposal: NextYearProposal, action: Action, *, is_given: bool = True) -> NextPlan:
        """With this proposal's part, or, not `is_given`, without it."""
        present = self.plans.get(action.pk)
        is_split = len(self.receivers(proposal)) > 1
        given_budget = None if is_split else proposal.budget
        own = _Part(proposal.evaluation.action.code, proposal.planned_work, given_budget)
        parts = sorted([*self.parts_of(action, proposal), *([own] if is_given else [])], key=attrgetter("code"))
        others, missing = self._others(proposal, action, parts)
        budget = None if missing else _sum([part.budget for part in parts])
        kept = present if self.is_inherited else None
        return NextPlan(
            action=action,
            present=present,
            milestones=_lines(present),
            given_work=proposal.planned_work,
            given_budget=given_budget,
            work="\n".join(dict.fromkeys(part.work for part in parts if part.work))
            or (kept.planned_work if kept else ""),
            budget=kept.budget if kept and budget is None else budget,
            targets=tuple(self._targets(proposal, action)),
            untaken=tuple(self._untaken(proposal, action)),
            others=tuple(parent.code for parent in others),
            awaited=tuple(parent.code for parent in missing if not parent.is_declined),
            is_inherited=self.is_inherited,
            is_split=is_split,
            is_money_left=bool(others) and budget is None,
            is_first=is_given and self._is_first(proposal, action),
        )

    def _is_first(self, proposal: NextYearProposal, action: Action) -> bool:
        present = self.plans.get(action.pk)
        if present is None or not self.is_inherited or present.is_changed:
            return False
        origins = present.origin_rows or ()
        return bool(origins) and all(row["proposal"] != proposal.pk for row in origins)

    def parts_of(self, action: Action, proposal: NextYearProposal) -> list[_Part]:
        """What other 調書 gave that were confirmed for a merged action."""
        present = self.plans.get(action.pk)
        origins = present.origin_rows or () if self.is_inherited and present else ()
        return [_Part(row["code"], row["work"], row["budget"]) for row in origins if row["proposal"] != proposal.pk]

    def _others(
        self, proposal: NextYearProposal, action: Action, parts: Sequence[_Part]
    ) -> tuple[list[Parent], list[Parent]]:
        """The further actions that it continues; and those of them whose part is not there."""
        own, known = proposal.evaluation.action_id, {part.code for part in parts}
        others = [parent for parent in self.parents.get(action.pk, ()) if parent.key != own]
        return others, [parent for parent in others if not parent.is_silent and parent.code not in known]

    def _targets(self, proposal: NextYearProposal, action: Action) -> Iterator[NextTarget]:
        """In the next programme an indicator is known by its name, and a target left blank changes nothing."""
        given = self._given(proposal)
        for indicator in self.indicators.get(action.pk, ()):
            if indicator.name not in given:
                continue
            _, target, reason = given[indicator.name]
            if self.is_inherited and (
                target is None or self.source(indicator, action) != proposal.evaluation.action_id
            ):
                continue
            yield NextTarget(indicator, indicator.next_target, target, reason)

    def _untaken(self, proposal: NextYearProposal, action: Action) -> Iterator[Untaken]:
        """In the next programme: what is given for an indicator that is not there, or that another action gave."""
        if not self.is_inherited:
            return
        there = {indicator.name: indicator for indicator in self.indicators.get(action.pk, ())}
        for name, (indicator, target, _) in self._given(proposal).items():
            source = self.source(there[name], action) if name in there else None
            if target is not None and source != proposal.evaluation.action_id:
                codes = (parent.code for parent in self.parents[action.pk] if parent.key == source)
                yield Untaken(indicator, target, next(codes, ""))

    def _given(self, proposal: NextYearProposal) -> dict[str, tuple[Indicator, Decimal | None, str]]:
        """Name of the indicator → indicator, target and reason, as the 調書 gives them."""
        rows = {row["indicator"]: row for row in proposal.targets}
        return {
            indicator.name: (indicator, _decimal(row["target"]), row["reason"])
            for indicator in self.indicators.get(proposal.evaluation.action_id, ())
            if (row := rows.get(indicator.pk)) is not None
        }

    def source(self, indicator: Indicator, action: Action) -> int | None:
        """Of a merged action's indicator: the first predecessor that has it, as in `programs.actions.succession`."""
        return next(
            (
                parent.key
                for parent in self.parents[action.pk]
                if any(row.name == indicator.name for row in self.indicators.get(parent.key, ()))
            ),
            None,
        )


def _indicators(actions: set[int], year: int) -> dict[int, list[Any]]:
    """Action → its indicators in order, each with `next_target`, that of `year`. One query."""
    values = IndicatorYear.objects.filter(indicator=OuterRef("pk"), position=year).values("target")
    found: dict[int, list[Any]] = {}
    for indicator in (
        Indicator.objects.filter(action__in=actions).order_by("position").annotate(next_target=Subquery(values[:1]))
    ):
        found.setdefault(indicator.action_id, []).append(indicator)
    return found


def _sum(budgets: Sequence[int | None]) -> int | None:
    """None where one of them is unknown."""
    known = [budget for budget in budgets if budget is not None]
    return sum(known) if len(known) == len(budgets) else None


def _lines(plan: Any) -> tuple[str, ...]:
    rows = plan.milestone_rows if plan is not None else None
    return tuple(milestone_line(row) for row in in_order_of_year(rows or ()))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


_ORIGINS = rows_below(
    PlanOrigin.objects.all(),
    "action_year",
    proposal="proposal_id",
    code="proposal__evaluation__action__code",
    work="planned_work",
    budget="budget",
)
_MILESTONES = rows_below(
    Milestone.objects.all(), "action_year", key="id", month="month", title="title", position="position"
)
