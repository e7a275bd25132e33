"""Where the Act part of an accepted 調書 goes, and what it makes of the plan there.

Within a programme that is the action's own next year. In a programme's last
year it is the first year of the actions that continue it in the next programme:
none while that is not made or does not carry the action on, several where it is split.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from plan.queries.json_rows import rows_below
from programs.models import Action, ActionLineage, ActionYear, Indicator, IndicatorYear
from progress.enums import ProposalState, Status
from progress.models import NextYearProposal, PlanOrigin, Round

EVERY = Q(pk__isnull=False)
"""A condition that can be turned round, as an empty one cannot."""


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
class NextPlan:
    """What one proposal makes of one action's next year. Money in 千円.

    `present` is the yearly plan as it stands, None where there is none yet. `given_work` and `given_budget` are
    this proposal's own part; `work` and `budget` are the whole plan, with the parts of the other 調書 that were
    confirmed for a merged action. Of a split action nobody knows how its money is divided: the budget stays. In the
    next programme what the 調書 leaves blank stays as it is, too.
    """

    action: Action
    present: ActionYear | None
    given_work: str
    given_budget: int | None
    work: str
    budget: int | None
    targets: tuple[NextTarget, ...]
    is_inherited: bool
    is_split: bool


def is_last_year(round_: Round) -> bool:
    """Whether the next year belongs to the next programme."""
    return round_.year >= round_.program.end_year


def confirmable(proposals: QuerySet[NextYearProposal], round_: Round) -> QuerySet[NextYearProposal]:
    """Those of one round that can be confirmed now: they wait, have somewhere to go and let out nothing too early."""
    return proposals.filter(is_told(round_) & has_home(round_), state=ProposalState.PROPOSED)


def is_told(round_: Round) -> Q:
    """Of the proposals of one round: those whose 調書 the public knows, or whose plan it does not see."""
    told = Q(evaluation__status=Status.PUBLISHED)
    own = told if round_.program.is_public else EVERY
    if not is_last_year(round_):
        return own
    seen = _heirs(round_).filter(action__program__is_published=True, action__program__plan__is_published=True)
    return (Q(ends_action=True) & own) | (Q(ends_action=False) & (told | ~Q(Exists(seen))))


def has_home(round_: Round) -> Q:
    """Of the proposals of one round: those that have somewhere to go; within a programme, all."""
    if not is_last_year(round_):
        return EVERY
    return Q(ends_action=True) | Q(Exists(_heirs(round_)))


def _heirs(round_: Round) -> QuerySet[ActionLineage]:
    return _lineages(round_.year + 1).filter(predecessor=OuterRef("evaluation__action"))


def lets_out(proposal: NextYearProposal, plans: Sequence[NextPlan]) -> bool:
    """Whether confirming it now would show the public something of a 調書 that is not published yet."""
    if proposal.evaluation.status == Status.PUBLISHED:
        return False
    programs = [plan.action.program for plan in plans if plan.is_inherited] or [proposal.evaluation.round.program]
    return any(program.is_public for program in programs)


def next_plans(proposals: Sequence[NextYearProposal]) -> dict[int, list[NextPlan]]:
    """Proposal → the plans it makes, by action code; none of an ending or where there is nowhere to go.

    `proposals` are of one round, read with `evaluation__round__program` and
    `evaluation__action`. At most three queries.
    """
    continuing = [proposal for proposal in proposals if not proposal.ends_action]
    if not continuing:
        return {}
    found = _Found.of(continuing)
    return {
        proposal.pk: [found.plan(proposal, action) for action in found.receivers(proposal)] for proposal in continuing
    }


def planned_targets(actions: Sequence[Action], year: int) -> dict[int, dict[str, Decimal | None]]:
    """Action → its indicators' targets of `year` in the next programme by name, where one action continues it there.

    Two queries.
    """
    heirs, _ = _relations({action.pk for action in actions}, year)
    only = {pk: found[0].pk for pk, found in heirs.items() if len(found) == 1}
    indicators = _indicators(set(only.values()), year)
    return {
        pk: {indicator.name: indicator.next_target for indicator in indicators.get(heir, ())}
        for pk, heir in only.items()
    }


def _lineages(year: int) -> QuerySet[ActionLineage]:
    """To the actions of a later programme that are in force in `year`."""
    lasting = Q(action__end_year__isnull=True) | Q(action__end_year__gte=year)
    return ActionLineage.objects.filter(
        lasting,
        action__start_year__lte=year,
        action__program__start_year__lte=year,
        action__program__end_year__gte=year,
        predecessor__program__end_year__lt=year,
    )


@dataclass(frozen=True)
class _Found:
    """What is known of the actions whose plans the proposals make."""

    heirs: Mapping[int, list[Action]]
    parents: Mapping[int, list[int]]
    plans: Mapping[int, Any]
    indicators: Mapping[int, list[Any]]
    is_inherited: bool

    @classmethod
    def of(cls, proposals: Sequence[NextYearProposal]) -> "_Found":
        round_ = proposals[0].evaluation.round
        year, own = round_.year + 1, {proposal.evaluation.action_id for proposal in proposals}
        is_inherited = is_last_year(round_)
        heirs, parents = _relations(own, year) if is_inherited else ({}, {})
        receivers = set(parents) if is_inherited else own
        plans = ActionYear.objects.filter(action__in=receivers, year=year).annotate(origin_rows=_ORIGINS)
        return cls(
            heirs=heirs,
            parents=parents,
            plans={plan.action_id: plan for plan in plans},
            indicators=_indicators(own | receivers | {pk for found in parents.values() for pk in found}, year),
            is_inherited=is_inherited,
        )

    def receivers(self, proposal: NextYearProposal) -> list[Action]:
        action = proposal.evaluation.action
        return self.heirs.get(action.pk, []) if self.is_inherited else [action]

    def plan(self, proposal: NextYearProposal, action: Action) -> NextPlan:
        present = self.plans.get(action.pk)
        is_split = len(self.receivers(proposal)) > 1
        given_budget = None if is_split else proposal.budget
        parts = self._parts(proposal, given_budget, action)
        works = dict.fromkeys(work for _, work, _ in parts if work)
        budget = _sum([budget for _, _, budget in parts])
        kept = present if self.is_inherited else None
        return NextPlan(
            action=action,
            present=present,
            given_work=proposal.planned_work,
            given_budget=given_budget,
            work="\n".join(works) or (kept.planned_work if kept else ""),
            budget=kept.budget if kept and budget is None else budget,
            targets=tuple(self._targets(proposal, action)),
            is_inherited=self.is_inherited,
            is_split=is_split,
        )

    def _parts(
        self, proposal: NextYearProposal, given_budget: int | None, action: Action
    ) -> list[tuple[str, str, int | None]]:
        """(code, work, budget) of what was confirmed of other 調書 and of this one, in the order of the codes."""
        present = self.plans.get(action.pk)
        origins = present.origin_rows or () if self.is_inherited and present else ()
        others = [(row["code"], row["work"], row["budget"]) for row in origins if row["proposal"] != proposal.pk]
        own = (proposal.evaluation.action.code, proposal.planned_work, given_budget)
        return sorted([*others, own], key=itemgetter(0))

    def _targets(self, proposal: NextYearProposal, action: Action) -> list[NextTarget]:
        """In the next programme an indicator is known by its name, and a target left blank changes nothing."""
        source = proposal.evaluation.action_id
        names = {row.pk: row.name for row in self.indicators.get(source, ())}
        given = {names[row["indicator"]]: row for row in proposal.targets if row["indicator"] in names}
        return [
            NextTarget(indicator, indicator.next_target, _decimal(row["target"]), row["reason"])
            for indicator in self.indicators.get(action.pk, ())
            if (row := given.get(indicator.name)) is not None
            and not (self.is_inherited and (row["target"] is None or self._source(indicator, action) != source))
        ]

    def _source(self, indicator: Indicator, action: Action) -> int | None:
        """Of a merged action's indicator: the first predecessor that has it, as in `programs.actions.succession`."""
        return next(
            (
                parent
                for parent in self.parents[action.pk]
                if any(row.name == indicator.name for row in self.indicators.get(parent, ()))
            ),
            None,
        )


def _relations(actions: set[int], year: int) -> tuple[dict[int, list[Action]], dict[int, list[int]]]:
    """Action → the actions that continue it; and each of those → all it continues, in the order of the codes."""
    near = _lineages(year).filter(predecessor__in=actions).values("action")
    rows = _lineages(year).filter(action__in=near).select_related("action__program__plan")
    heirs: dict[int, list[Action]] = {}
    parents: dict[int, list[int]] = {}
    for row in rows.order_by("action__code", "predecessor__code"):
        heirs.setdefault(row.predecessor_id, []).append(row.action)
        parents.setdefault(row.action_id, []).append(row.predecessor_id)
    return heirs, parents


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
