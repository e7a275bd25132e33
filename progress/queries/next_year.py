"""What accepted 調書 propose for the next year, beside what is planned now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.paginator import Page
from django.db.models import Count, Q, QuerySet

from plan.fiscal import fiscal_year_label
from plan.queries.listing import page_by_keys
from plan.text.diffing import Piece, word_diff
from programs.evaluated import evaluated_years
from programs.models import Action, Program
from progress.enums import DECIDED, ProposalState
from progress.models import NextYearProposal, Round
from progress.queries.confirmable import goes_on_alone, has_home, is_evaluated_later, is_told, lets_out, may_come
from progress.queries.first_frame import in_published_words, published_frame
from progress.queries.next_plans import NextPlan, NextTarget, Untaken, next_plans
from progress.queries.successors import Heir, following_program, heirs_of_endings, is_last_year
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
class PlanRow:
    """What a proposal makes of one action's next year. `heir` names it where it is of the next programme, else "".

    `merging` says of a merged action what else comes together there, `awaiting` what of that is still to come,
    `untaken` what the 調書 gives and nothing takes. `milestones`
    of the present plan, which stay. `plan_key` is the `ActionYear` there is.
    """

    heir: str
    has_plan: bool
    before: str
    after: str
    budget_before: int | None
    budget_after: int | None
    is_split: bool
    is_money_left: bool
    targets: list[TargetChange]
    merging: str
    awaiting: str
    untaken: list[str]
    milestones: Sequence[str]
    plan_key: int | None

    @property
    def pieces(self) -> list[Piece]:
        """From the plan as it stands now to the proposed one."""
        return word_diff(self.before, self.after)

    @property
    def is_same_work(self) -> bool:
        return self.has_plan and self.before == self.after

    @property
    def has_other_budget(self) -> bool:
        return self.has_plan and self.budget_before != self.budget_after


@dataclass(frozen=True)
class ProposalRow:
    """One proposal, with the plans it makes: none of an ending, and none where there is nowhere to go yet.

    `heirs` are, of an ending, the actions of the next programme that continue it, and `later_year` the last year
    after it in which the action has a 調書.
    """

    proposal: NextYearProposal
    plans: list[PlanRow]
    lets_out: bool
    heirs: list[Heir]
    later_year: int | None = None

    @property
    def heirs_alone(self) -> list[Action]:
        """Those that continue it alone: either they or the ending are wrong."""
        return [heir.action for heir in self.heirs if heir.is_alone]

    @property
    def heirs_merged(self) -> list[Action]:
        """Those that go on without it, and lose its part."""
        return [heir.action for heir in self.heirs if not heir.is_alone]

    @property
    def is_waiting(self) -> bool:
        return self.proposal.state == ProposalState.PROPOSED

    @property
    def is_declined(self) -> bool:
        return self.proposal.state == ProposalState.DECLINED

    @property
    def is_under_revision(self) -> bool:
        """Whether the 調書 was returned after its plan was confirmed."""
        return self.proposal.evaluation.status not in DECIDED

    @property
    def may_confirm(self) -> bool:
        is_free = self.has_home and not self.heirs_alone and self.later_year is None
        return self.is_waiting and is_free and not self.lets_out

    @property
    def has_home(self) -> bool:
        return self.proposal.ends_action or bool(self.plans)

    @property
    def lines(self) -> Sequence[PlanRow | None]:
        """The lines it takes in a table: at least one."""
        return self.plans or [None]

    @property
    def last_year(self) -> str:
        """「平成28(2016)年度」: the action's last year, where it is to end."""
        return fiscal_year_label(self.proposal.year - 1)


@dataclass(frozen=True)
class Loop:
    """How far the loop of a round can be closed: `following` is the next programme, where the next year is its own."""

    is_last_year: bool
    following: Program | None
    counts: Mapping[ProposalState, int]
    homeless: int
    going_on: int
    early: int
    overtaken: int

    @property
    def has_plans(self) -> bool:
        """Whether there are plans to confirm, and not endings alone: there is a programme that takes them."""
        return self.following is not None or not self.is_last_year

    @property
    def confirmable(self) -> int:
        """How many can be confirmed now."""
        return self.counts[ProposalState.PROPOSED] - self.homeless - self.going_on - self.overtaken - self.early


def loop_of(round_: Round) -> Loop:
    """How many proposals are in each state; at most two queries.

    `homeless`: how many wait and have nowhere to go; `going_on`: how many end an action that the next programme
    continues; `overtaken`: how many end one that has a 調書 of a later year; `early`: how many wait for the 公表 of
    their 調書.
    """
    is_last = is_last_year(round_)
    wanted = {state.value: Count("pk", filter=Q(state=state)) for state in ProposalState}
    waiting, home, going_on = Q(state=ProposalState.PROPOSED), has_home(round_), goes_on_alone(round_)
    wanted["early"] = Count("pk", filter=waiting & may_come(round_) & ~is_told(round_))
    wanted["overtaken"] = Count("pk", filter=waiting & ~going_on & is_evaluated_later(round_))
    wanted["going_on"] = Count("pk", filter=waiting & going_on)
    wanted["homeless"] = Count("pk", filter=waiting & ~home)
    found = NextYearProposal.objects.filter(evaluation__round=round_).order_by().aggregate(**wanted)
    counts = {state: found[state.value] for state in ProposalState}
    following = following_program(round_) if is_last else None
    return Loop(is_last, following, counts, found["homeless"], found["going_on"], found["early"], found["overtaken"])


def nowhere_to_go(proposal: NextYearProposal, following: Program | None) -> str:
    """Why a proposal without plans cannot be confirmed, and what to do; `following` is the next programme."""
    about = f"『{proposal.evaluation}』の次年度の計画は反映できません。"
    if following is None:
        return f"{about}次のプログラムがまだありません。次のプログラムを作成し、取組を引き継いでから反映してください。"
    return (
        f"{about}『{following}』に、この取組を引き継いだ取組がありません。"
        "引き継ぎをExcelの取込で登録するか、「反映しない」を選んでください。"
    )


def still_continued(proposal: NextYearProposal, heirs: Sequence[Action]) -> str:
    """Why an ending cannot be confirmed while the next programme continues the action, and what to do."""
    codes = "、".join(heir.code for heir in heirs)
    return (
        f"『{proposal.evaluation}』は取組を終える案ですが、『{heirs[0].program}』の取組{codes}が引き継いでいます。"
        f"終えるときは、先に取組{codes}を（その年度別計画と指標から順に）削除してください。"
        "続けるときは、「反映しない」を選んでください。"
    )


def evaluated_later(proposal: NextYearProposal, year: int) -> str:
    """Why an action cannot end in the year of its 調書, and what to do."""
    return (
        f"『{proposal.evaluation}』は取組を終える案ですが、{fiscal_year_label(year)}の調書があるため、終えられません。"
        "「反映しない」を選び、その年度の調書で終える方向性を選んでください。"
    )


def not_told_yet(proposal: NextYearProposal) -> str:
    """Why one whose plan the public would see cannot be confirmed before 公表."""
    return (
        f"『{proposal.evaluation}』の評価は、まだ公表していません。反映すると公開ページに出るので、"
        "公表した後に反映してください。"
    )


def why_not_yet(row: ProposalRow, following: Program | None) -> str:
    """Why what waits cannot be confirmed; "" where it can, or is decided."""
    if not row.is_waiting or row.may_confirm:
        return ""
    if not row.has_home:
        return nowhere_to_go(row.proposal, following)
    if row.heirs_alone:
        return still_continued(row.proposal, row.heirs_alone)
    if row.later_year is not None:
        return evaluated_later(row.proposal, row.later_year)
    return not_told_yet(row.proposal)


def proposals_of(round_: Round) -> QuerySet[NextYearProposal]:
    """In the order of the actions' codes."""
    return (
        NextYearProposal.objects.filter(evaluation__round=round_)
        .select_related(
            "evaluation__round__program__plan",
            "evaluation__action",
            "evaluation__department",
            "evaluation__outlook",
            "decided_by",
        )
        .order_by("evaluation__action__code")
    )


def page_of_proposals(
    found: QuerySet[NextYearProposal], number: str
) -> tuple[Page[NextYearProposal], list[ProposalRow]]:
    """Eight queries at most, whatever the page holds."""
    page = page_by_keys(found, number, PROPOSALS_A_PAGE)
    return page, proposal_rows(page)


def proposal_rows(proposals: Iterable[NextYearProposal]) -> list[ProposalRow]:
    """Of one round. Of what is decided already, the rows tell what was proposed.

    Five queries at most; six of a published round.
    """
    rows = list(proposals)
    told = [row.evaluation for row in rows]
    in_published_words(told, published_frame(told[0].round) if told else {})
    plans, heirs = next_plans(rows), heirs_of_endings(rows)
    years = evaluated_years({row.evaluation.action_id for row in rows if row.ends_action})
    return [
        ProposalRow(
            row, [_plan_row(row, plan) for plan in made], lets_out(row, made, later), later, _later_year(row, years)
        )
        for row in rows
        for made, later in [(plans.get(row.pk, []), heirs.get(row.pk, []))]
    ]


def _later_year(proposal: NextYearProposal, years: Mapping[int, Collection[int]]) -> int | None:
    """`years` are those of endings alone."""
    later = (year for year in years.get(proposal.evaluation.action_id, ()) if year >= proposal.year)
    return max(later, default=None)


def _plan_row(proposal: NextYearProposal, plan: NextPlan) -> PlanRow:
    waits = proposal.state == ProposalState.PROPOSED
    return PlanRow(
        heir=_name_of(plan.action, proposal.evaluation.action) if plan.is_inherited else "",
        has_plan=plan.present is not None,
        before=plan.present.planned_work if plan.present else "",
        after=plan.work if waits else plan.given_work,
        budget_before=plan.present.budget if plan.present else None,
        budget_after=plan.budget if waits else plan.given_budget,
        is_split=plan.is_split,
        is_money_left=plan.is_money_left,
        targets=[_target_change(target) for target in plan.targets if target.is_changed],
        merging=f"取組{'、'.join(plan.others)}と合わせた取組です。" if plan.others else "",
        awaiting=f"{'、'.join(plan.awaited)}の分は、まだ反映していません。" if waits and plan.awaited else "",
        untaken=[_untaken(each) for each in plan.untaken],
        milestones=plan.milestones if waits else (),
        plan_key=plan.present.pk if plan.present else None,
    )


def _untaken(given: Untaken) -> str:
    why = f"取組{given.instead}の指標を引き継いだため" if given.instead else "同じ名前の指標がないため"
    return f"{given.indicator.name} {_value(given.target, given.indicator.unit)}は、{why}反映しません。"


def _name_of(heir: Action, predecessor: Action) -> str:
    """Its code; with the title where that is another one."""
    return heir.code if heir.title == predecessor.title else str(heir)


def _target_change(target: NextTarget) -> TargetChange:
    name, unit = target.indicator.name, target.indicator.unit
    return TargetChange(name, _value(target.before, unit), _value(target.after, unit), target.reason)


def _value(value: Decimal | None, unit: str) -> str:
    return "" if value is None else f"{number(value)}{unit}"
