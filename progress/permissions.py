"""Who may see which 調書, and who may do which transition with it. When: `progress.workflow`.

The 主管課 fills in; a 関係課 reads what concerns it
(docs/decisions/0006-who-fills-in.md). Administrators work in the admin and
have no desk.
"""

from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Department, User
from accounts.permissions import Permission
from programs.enums import OwnerKind
from programs.models import ActionOwner
from progress import workflow
from progress.enums import DECIDED, PaperKind, RoundState, Status
from progress.models import Evaluation, EvaluationEvent, Paper, Round
from progress.models.round import RoundQuerySet
from progress.workflow import ACCEPT, ENDORSE, RETURN_BY_STAFF, SUBMIT, Actor, Transition

READABLE_BY_COMMITTEE = DECIDED
# Papers that the committee may take away.
_RELEASED = Q(released_at__isnull=False, round__released_at__isnull=False)
# Exceptions of a published round go on through the chain (`workflow.refusal`).
_GOES_ON = Q(round__state=RoundState.OPEN) | Q(round__state=RoundState.PUBLISHED) & ~Q(exception_reason="")


def departments_of(user: User, *roles: Role) -> frozenset[int]:
    """The ids of the departments in which the person has one of the roles today; no query of its own."""
    return frozenset(
        membership.department_id
        for membership in user.valid_memberships
        if membership.department_id is not None and Role(membership.role) in roles
    )


def may_order_some_paper(user: User) -> bool:
    """Whether there is any paper this person may have made; who only reads finds them among those of the committee."""
    return any(user.may(permission) for permission in (Permission.FILL_IN, Permission.ENDORSE, Permission.PUBLISH))


def may_enter_desk(user: User) -> bool:
    """Whether any page at /desk/ is for this person."""
    return any(
        user.may(permission)
        for permission in (
            Permission.FILL_IN,
            Permission.ENDORSE,
            Permission.REVIEW,
            Permission.READ_COMMITTEE_PAPERS,
        )
    )


def may_take_sheets(user: User) -> bool:
    """Whether 調書 as workbooks are for this person: for ICT推進課, and for who fills in or endorses."""
    return user.may(Permission.REVIEW) or bool(departments_of(user, Role.LIAISON, Role.MANAGER))


def may_bring_sheets(user: User, round_: Round) -> bool:
    """Whether the person may bring workbooks of 調書 back: there may be something to fill in. Asks the roles alone."""
    is_liaison = bool(departments_of(user, Role.LIAISON)) and user.may(Permission.FILL_IN)
    return is_liaison and round_.state != RoundState.PLANNED


def rounds_with_sheets(user: User, rounds: Iterable[Round], waiting: Collection[int]) -> list[Round]:
    """Of the rounds those to fill in as workbooks, if the person may: the open ones, and those where 調書 still wait.

    `waiting`: the ids of the latter, for who fills in. What was an exception when its round was published is filled
    in afterwards.
    """
    if not may_take_sheets(user):
        return []
    return [each for each in rounds if each.state == RoundState.OPEN or each.pk in waiting]


def visible_to(user: User) -> QuerySet[Evaluation]:
    """The 調書 the person may know of; everything else is 404.

    ICT推進課: all. 所管課: those of the own departments, those of departments that
    were reorganised into them, and those of actions to which the own department is a
    関係課. Committee: what was accepted, in rounds released to it. Nobody else: none.
    """
    if user.may(Permission.REVIEW):
        return Evaluation.objects.all()
    seen = Q(pk__in=())
    mine = departments_of(user, Role.LIAISON, Role.MANAGER)
    if mine:
        seen |= _concerns(user)
    if user.may(Permission.READ_COMMITTEE_PAPERS):
        # Once the round is public, what was accepted since is for the committee when it is published as well.
        late = Q(round__state=RoundState.PUBLISHED, status=Status.ACCEPTED)
        seen |= Q(round__released_at__isnull=False, status__in=READABLE_BY_COMMITTEE) & ~late
    return Evaluation.objects.filter(seen)


def reads_every_department(user: User) -> bool:
    """Whether what the person sees is of all departments. No query."""
    return user.may(Permission.REVIEW) or user.may(Permission.READ_COMMITTEE_PAPERS)


def states_visible_to(user: User) -> tuple[Status, ...]:
    """The states in which the person ever sees a 調書: those of `visible_to`, in the order of the chain. No query."""
    if user.may(Permission.REVIEW) or departments_of(user, Role.LIAISON, Role.MANAGER):
        return tuple(Status)
    return READABLE_BY_COMMITTEE if user.may(Permission.READ_COMMITTEE_PAPERS) else ()


def is_in_chain(user: User, evaluation: Evaluation) -> bool:
    """Whether the 経過 is for this person: for the chain, who took over from it, and the 関係課. The committee does not
    read who returned what.

    At most one query.
    """
    mine = departments_of(user, Role.LIAISON, Role.MANAGER)
    if user.may(Permission.REVIEW) or evaluation.department_id in mine:
        return True
    return bool(mine) and Evaluation.objects.filter(_concerns(user), pk=evaluation.pk).exists()


def _concerns(user: User) -> Q:
    """調書 of the departments of the person, of those that they took over from, and of actions to which one of them is
    a 関係課: theirs to read in any state.

    Three questions, each with its index: for one with an "or" PostgreSQL reads every 調書.
    """
    rows = Evaluation.objects.order_by().values("pk")
    own = rows.filter(department__in=departments_of(user, Role.LIAISON, Role.MANAGER))
    before = rows.filter(department__in=user.departments_before)
    return Q(pk__in=own.union(before, rows.filter(action__in=_related(user).values("action"))))


def _related(user: User) -> QuerySet[ActionOwner]:
    """Where the departments of the person are a 関係課 today, or those that they took over from still are: a 組織改編
    passes on what 課 own, and leaves finished programmes as they are."""
    mine = departments_of(user, Role.LIAISON, Role.MANAGER)
    today = ActionOwner.objects.valid_on(timezone.localdate()).filter(kind=OwnerKind.RELATED)
    return today.filter(Q(department__in=mine) | Q(department__in=user.departments_before))


def waiting_for(user: User) -> QuerySet[Evaluation]:
    """あなたの番: the 調書 whose next step is this person's, in rounds that still go on."""
    turn = Q(department__in=departments_of(user, Role.LIAISON), status__in=SUBMIT.sources)
    turn |= Q(department__in=departments_of(user, Role.MANAGER), status__in=ENDORSE.sources) & ~Q(submitted_by=user)
    if user.may(Permission.REVIEW):
        turn |= Q(status__in=ACCEPT.sources) & ~Q(submitted_by=user)
    return Evaluation.objects.filter(_GOES_ON, turn)


def handed_on_by(user: User) -> QuerySet[Evaluation]:
    """What has left this person's hands and is on its way: with the others of the chain, or sent back by them.

    所管課: all of the department, whoever moved it. ICT推進課: what the person accepted or returned.
    """
    on_the_way, states = Q(pk__in=()), set[Status]()
    for role, actor in ((Role.LIAISON, Actor.LIAISON), (Role.MANAGER, Actor.MANAGER)):
        if mine := departments_of(user, role):
            on_the_way |= Q(department__in=mine, status__in=workflow.handed_on(actor))
            states.update(workflow.handed_on(actor))
    if user.may(Permission.REVIEW):
        returns = EvaluationEvent.objects.filter(evaluation=OuterRef("pk"), transition=RETURN_BY_STAFF.name, by=user)
        on_the_way |= Q(status=ACCEPT.target, accepted_by=user)
        on_the_way |= Q(Exists(returns), status=RETURN_BY_STAFF.target)
        states.update(each.target for each in (ACCEPT, RETURN_BY_STAFF) if each.target)
    # What all of them have in common is said once more: the database looks for the states first, and
    # reads no 調書 of the years that are published.
    return Evaluation.objects.filter(_GOES_ON, on_the_way, status__in=states)


def rounds_visible_to(user: User) -> RoundQuerySet:
    """The rounds the person may know of; who looks at rounds in the admin knows of those being prepared as well."""
    if user.may(Permission.REVIEW) or user.may(Permission.VIEW_PROGRAM):
        return Round.objects.all()
    seen = Q(pk__in=())
    if departments_of(user, Role.LIAISON, Role.MANAGER):
        seen |= ~Q(state=RoundState.PLANNED)
    if user.may(Permission.READ_COMMITTEE_PAPERS):
        seen |= Q(released_at__isnull=False)
    return Round.objects.filter(seen)


def departments_printed_by(user: User) -> QuerySet[Department]:
    """Those whose 調書 the person may have printed together: the own ones, and those that they took over from."""
    mine = departments_of(user, Role.LIAISON, Role.MANAGER)
    return Department.objects.filter(Q(pk__in=mine) | Q(pk__in=user.departments_before))


def papers_visible_to(user: User) -> QuerySet[Paper]:
    """The papers the person may know of and take away.

    ICT推進課: all. 所管課: those of a 調書 they may read in any state, and of the own departments and those that they
    took over from. Committee: what was released to it.
    """
    if user.may(Permission.PUBLISH):
        return Paper.objects.all()
    seen = Q(pk__in=())
    mine = departments_of(user, Role.LIAISON, Role.MANAGER)
    if mine:
        seen |= Q(kind=PaperKind.EVALUATION, evaluation__in=Evaluation.objects.filter(_concerns(user)))
        seen |= Q(kind=PaperKind.DEPARTMENT, department__in=departments_printed_by(user))
    if user.may(Permission.READ_COMMITTEE_PAPERS):
        seen |= _RELEASED
    return Paper.objects.filter(seen)


def papers_for_committee() -> QuerySet[Paper]:
    """What was released to the committee, of rounds released to it; the newest first."""
    return Paper.objects.filter(_RELEASED).order_by("-released_at", "-pk")


def may_order_paper(user: User, kind: PaperKind, subject: Evaluation | Department | None = None) -> bool:
    """Whether the person may have a paper of that kind made; `subject` is the 調書 or the 所管課 it is of.

    At most two queries.
    """
    if user.may(Permission.PUBLISH):
        return True
    match subject:
        case Evaluation() if kind == PaperKind.EVALUATION:
            return is_in_chain(user, subject)
        case Department() if kind == PaperKind.DEPARTMENT:
            return departments_printed_by(user).filter(pk=subject.pk).exists()
    return False


def refusal(user: User, transition: Transition, evaluation: Evaluation) -> str:
    """Why this person may not do the transition with this 調書, as a sentence; "" when they may."""
    match transition.actor:
        case Actor.LIAISON if not _is_liaison(user, evaluation):
            return f"{transition.noun}は、{evaluation.department}の担当者が行います。"
        # Where nobody's submission stands, it is not their turn rather than not theirs.
        case Actor.SUBMITTER if evaluation.submitted_by_id not in {None, user.pk} or not _is_liaison(user, evaluation):
            return f"{transition.noun}は、提出した人だけが行えます。"
        case Actor.MANAGER if not _is_manager(user, evaluation):
            return f"{transition.noun}は、{evaluation.department}の課長が行います。"
        case Actor.STAFF:
            return staff_refusal(user, transition, evaluation)
    if transition.never_submitter and evaluation.submitted_by_id == user.pk:
        return f"自分が提出した調書の{transition.noun}はできません。ほかの人に依頼してください。"
    return ""


def staff_refusal(user: User, transition: Transition, evaluation: Evaluation | None) -> str:
    """Why this person may not do a transition of ICT推進課; `evaluation` is None for the round as a whole."""
    if not user.may(_staff_permission(transition)):
        return f"{transition.noun}は、ICT推進課の職員が行います。"
    if transition.never_submitter and evaluation is not None and evaluation.submitted_by_id == user.pk:
        return f"自分が提出した調書の{transition.noun}はできません。ほかの人に依頼してください。"
    return ""


def way_back(user: User, evaluation: Evaluation) -> str:
    """How this person gets a 調書 back that has left the liaison's hands; "" where it has not."""
    return workflow.way_back(
        Status(evaluation.status),
        is_submitter=evaluation.submitted_by_id == user.pk,
        submitter=str(evaluation.submitted_by),
    )


def permitted(user: User, transitions: Iterable[Transition], evaluation: Evaluation) -> list[Transition]:
    """Those of the transitions that this person may do."""
    return [transition for transition in transitions if not refusal(user, transition, evaluation)]


def parts_of(user: User, evaluation: Evaluation) -> frozenset[Actor]:
    """The parts in the decision chain of the 調書 that are this person's, whatever its state. No query of its own."""
    parts = {
        Actor.LIAISON: _is_liaison(user, evaluation),
        Actor.MANAGER: _is_manager(user, evaluation),
        Actor.STAFF: user.may(Permission.REVIEW),
    }
    return frozenset(part for part, is_theirs in parts.items() if is_theirs)


def _is_liaison(user: User, evaluation: Evaluation) -> bool:
    return user.may(Permission.FILL_IN) and evaluation.department_id in departments_of(user, Role.LIAISON)


def _is_manager(user: User, evaluation: Evaluation) -> bool:
    return user.may(Permission.ENDORSE) and evaluation.department_id in departments_of(user, Role.MANAGER)


def _staff_permission(transition: Transition) -> Permission:
    return Permission.PUBLISH if transition.name in {"publish", "correct"} else Permission.REVIEW
