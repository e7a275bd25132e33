"""What accepted 調書 propose for the next year, beside what is planned now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.core.paginator import Page
from django.db.models import Count, Prefetch, QuerySet

from plan.fiscal import fiscal_year_label
from plan.queries.listing import page_by_keys
from plan.text.diffing import Piece, word_diff
from programs.models import ActionYear, Indicator, IndicatorYear
from progress.enums import ProposalState
from progress.models import NextYearProposal, Round
from progress.queries.words import number

PROPOSALS_A_PAGE = 50


@dataclass(frozen=True)
class TargetChange:
    """A target that differs from the one planned now; values with their unit, "" for none."""

    name: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class ProposalRow:
    """One proposal. `planned` is the yearly plan as it stands now, None where there is none yet."""

    proposal: NextYearProposal
    planned: ActionYear | None
    targets: list[TargetChange]

    @property
    def is_waiting(self) -> bool:
        return self.proposal.state == ProposalState.PROPOSED

    @property
    def last_year(self) -> str:
        """「平成28(2016)年度」: the action's last year, where it is to end."""
        return fiscal_year_label(self.proposal.year - 1)

    @property
    def pieces(self) -> list[Piece]:
        """From the plan as it stands now to the proposed one."""
        return word_diff(self.planned.planned_work if self.planned else "", self.proposal.planned_work)

    @property
    def is_same_work(self) -> bool:
        return self.planned is not None and self.planned.planned_work == self.proposal.planned_work


def proposals_of(round_: Round) -> QuerySet[NextYearProposal]:
    """In the order of the actions' codes."""
    return (
        NextYearProposal.objects.filter(evaluation__round=round_)
        .select_related(
            "evaluation__round", "evaluation__action", "evaluation__department", "decided_by", "action_year__action"
        )
        .order_by("evaluation__action__code")
    )


def counts_by_state(round_: Round) -> dict[ProposalState, int]:
    """One query."""
    rows = NextYearProposal.objects.filter(evaluation__round=round_).order_by().values_list("state")
    counted = dict(rows.annotate(count=Count("pk")))
    return {state: counted.get(state.value, 0) for state in ProposalState}


def page_of_proposals(
    found: QuerySet[NextYearProposal], number: str
) -> tuple[Page[NextYearProposal], list[ProposalRow]]:
    """Five queries, whatever the page holds."""
    page = page_by_keys(found, number, PROPOSALS_A_PAGE)
    return page, proposal_rows(page)


def proposal_rows(proposals: Iterable[NextYearProposal]) -> list[ProposalRow]:
    """Three queries. Plans and targets are those of each proposal's year."""
    rows = list(proposals)
    years = {row.year for row in rows}
    actions = [row.evaluation.action_id for row in rows]
    plans = {
        (plan.action_id, plan.year): plan for plan in ActionYear.objects.filter(action__in=actions, year__in=years)
    }
    values = Prefetch("years", IndicatorYear.objects.filter(position__in=years), to_attr="planned")
    indicators = {
        indicator.pk: indicator for indicator in Indicator.objects.filter(action__in=actions).prefetch_related(values)
    }
    return [
        ProposalRow(row, plans.get((row.evaluation.action_id, row.year)), list(_target_changes(row, indicators)))
        for row in rows
    ]


def _target_changes(proposal: NextYearProposal, indicators: Mapping[int, Indicator]) -> Iterable[TargetChange]:
    for target in proposal.targets:
        indicator = indicators.get(target["indicator"])
        if indicator is None:
            continue
        planned = {value.position: value.target for value in indicator.planned}  # type: ignore[attr-defined]
        before, after = planned.get(proposal.year), _decimal(target["target"])
        if before != after:
            yield TargetChange(
                indicator.name, _value(before, indicator.unit), _value(after, indicator.unit), target["reason"]
            )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _value(value: Decimal | None, unit: str) -> str:
    return "" if value is None else f"{number(value)}{unit}"
