"""What a person may do with a 調書 now, and for the rest: when, and by whom."""

from dataclasses import dataclass

from accounts.models import User
from progress import permissions, workflow
from progress.enums import RoundState, Status
from progress.models import Evaluation
from progress.workflow import ACCEPT, ENDORSE, SAVE, SUBMIT, Transition

# Before these states a step of the chain is still to come, and somebody may wonder where its button is.
_STILL_TO_COME: dict[Transition, tuple[Status, ...]] = {
    ENDORSE: (Status.DRAFT, Status.RETURNED),
    ACCEPT: (Status.DRAFT, Status.RETURNED, Status.SUBMITTED),
    SAVE: (Status.SUBMITTED, Status.ENDORSED, Status.ACCEPTED, Status.PUBLISHED),
}

_DONE = {
    "submit": "提出しました",
    "withdraw": "取り下げました",
    "endorse": "承認しました",
    "return_by_manager": "差し戻しました",
    "return_by_staff": "差し戻しました",
    "accept": "確認しました",
}


@dataclass(frozen=True)
class Standing:
    """`offered` are the buttons; `notes` say what cannot be done now, when it can, and by whom."""

    offered: list[Transition]
    notes: list[str]

    @property
    def may_save(self) -> bool:
        return SAVE in self.offered

    @property
    def decisions(self) -> list[Transition]:
        """Those that are not part of filling in."""
        return [transition for transition in self.offered if transition not in {SAVE, SUBMIT}]


def standing_of(user: User, evaluation: Evaluation) -> Standing:
    status, round_state = Status(evaluation.status), RoundState(evaluation.round.state)
    now = workflow.possible(status=status, round_state=round_state, is_exception=evaluation.is_exception)
    offered = [each for each in permissions.permitted(user, now, evaluation) if each is not workflow.CORRECT]
    notes = [_next_step(evaluation, status)]
    for transition, states in _STILL_TO_COME.items():
        if status in states and not permissions.refusal(user, transition, evaluation):
            notes.append(_when(transition, evaluation))
    if not permissions.refusal(user, SAVE, evaluation):
        notes.append(permissions.way_back(user, evaluation))
    notes += [
        permissions.refusal(user, transition, evaluation)
        for transition in now
        if transition.never_submitter and evaluation.submitted_by_id == user.pk
    ]
    return Standing(offered, [note for note in notes if note])


def _when(transition: Transition, evaluation: Evaluation) -> str:
    return workflow.refusal(
        transition,
        status=Status(evaluation.status),
        round_state=RoundState(evaluation.round.state),
        is_exception=evaluation.is_exception,
    )


def _next_step(evaluation: Evaluation, status: Status) -> str:
    return workflow.next_step(status, RoundState(evaluation.round.state))


def done_message(transition: Transition, evaluation: Evaluation, status: Status) -> str:
    """「調書『1-1-003 …』を提出しました。次は課長の承認です。」"""
    return f"調書『{evaluation}』を{_DONE[transition.name]}。{_next_step(evaluation, status)}"


def done_before_message(transition: Transition, evaluation: Evaluation, status: Status) -> str:
    """For the second click and the back button."""
    done = _DONE[transition.name].removesuffix("ました")
    return f"調書『{evaluation}』は、すでに{done}ています。{_next_step(evaluation, status)}"


def is_done_already(transition: Transition, evaluation: Evaluation, user: User) -> bool:
    """Whether the person's own, newest step was this very transition: then nothing is to be done again."""
    last = evaluation.events.exclude(transition=SAVE.name).order_by("-at", "-pk").first()
    return (
        last is not None
        and (last.transition, last.by_id) == (transition.name, user.pk)
        and last.to_status == evaluation.status
    )
