"""The decision chain of a 調書: when which transition may happen, and what it needs. One table.

Buttons, POST handlers, `docs/workflow.md` (`manage.py document_workflow`) and the
tests read it. Who may is asked in `progress.permissions`; both answers are
sentences for the person, so that a page tells "not you" from "not now".
"""

from dataclasses import dataclass
from enum import Enum

from progress.enums import RoundState, Status


class Actor(Enum):
    """Who a transition is for; the value is how the table in the documentation says it."""

    LIAISON = "所管課の担当者"
    SUBMITTER = "提出した人"
    MANAGER = "所管課の課長"
    STAFF = "ICT推進課職員"


@dataclass(frozen=True)
class Transition:
    """One row of the table. `verb` is the button, `noun` the record; no `target`: the state stays."""

    name: str
    verb: str
    noun: str
    sources: tuple[Status, ...]
    target: Status | None
    actor: Actor
    needs_complete: bool = False
    needs_reason: bool = False
    never_submitter: bool = False
    of_round: bool = False
    needs: str = ""

    def goes_to(self, status: Status) -> Status:
        return self.target or status


@dataclass(frozen=True)
class Deed:
    """What goes on record beside the transitions, and changes no state."""

    name: str
    noun: str


EXCEPT = Deed("except", "公表の例外")
EXCEPT_NO_MORE = Deed("except_no_more", "公表の例外の取消し")
REPLAN = Deed("replan", "計画の取り込み直し")
HAND_OVER = Deed("hand_over", "主管課の変更")

SAVE = Transition(
    "save", "保存する", "保存", (Status.DRAFT, Status.RETURNED), None, Actor.LIAISON, needs="読んだときの版"
)
SUBMIT = Transition(
    "submit",
    "提出する",
    "提出",
    (Status.DRAFT, Status.RETURNED),
    Status.SUBMITTED,
    Actor.LIAISON,
    needs_complete=True,
    needs="すべての必須項目",
)
WITHDRAW = Transition(
    "withdraw", "取り下げる", "取下げ", (Status.SUBMITTED,), Status.DRAFT, Actor.SUBMITTER, needs="－"
)
ENDORSE = Transition(
    "endorse",
    "承認する",
    "承認",
    (Status.SUBMITTED,),
    Status.ENDORSED,
    Actor.MANAGER,
    never_submitter=True,
    needs="提出した人でないこと",
)
RETURN_BY_MANAGER = Transition(
    "return_by_manager",
    "差し戻す",
    "課長の差戻し",
    (Status.SUBMITTED,),
    Status.RETURNED,
    Actor.MANAGER,
    needs_reason=True,
    needs="理由",
)
RETURN_BY_STAFF = Transition(
    "return_by_staff",
    "差し戻す",
    "ICT推進課の差戻し",
    (Status.ENDORSED, Status.ACCEPTED),
    Status.RETURNED,
    Actor.STAFF,
    needs_reason=True,
    needs="理由",
)
ACCEPT = Transition(
    "accept",
    "確認する",
    "確認",
    (Status.ENDORSED,),
    Status.ACCEPTED,
    Actor.STAFF,
    never_submitter=True,
    needs="提出した人でないこと",
)
PUBLISH = Transition(
    "publish",
    "公表する",
    "公表",
    (Status.ACCEPTED,),
    Status.PUBLISHED,
    Actor.STAFF,
    of_round=True,
    needs="すべての調書が確認済みか、理由を付けた例外であること。公表の日時",
)
CORRECT = Transition(
    "correct",
    "訂正する",
    "訂正",
    (Status.PUBLISHED,),
    None,
    Actor.STAFF,
    needs_reason=True,
    needs="訂正の内容と理由（正誤として公開）",
)

TRANSITIONS: tuple[Transition, ...] = (
    SAVE,
    SUBMIT,
    WITHDRAW,
    ENDORSE,
    RETURN_BY_MANAGER,
    RETURN_BY_STAFF,
    ACCEPT,
    PUBLISH,
    CORRECT,
)
BY_NAME: dict[str, Transition] = {transition.name: transition for transition in TRANSITIONS}

# What comes next in the chain, in words for messages and desks.
_NEXT_STEP: dict[Status, str] = {
    Status.DRAFT: "担当者が記入し、提出します。",
    Status.RETURNED: "担当者が指摘された点を直し、もう一度提出します。",
    Status.SUBMITTED: "次は課長の承認です。",
    Status.ENDORSED: "次はICT推進課の確認です。",
    Status.ACCEPTED: "次は公表です。",
    Status.PUBLISHED: "公表しています。変えるときは訂正します。",
}


def next_step(status: Status, round_state: RoundState) -> str:
    if status == Status.ACCEPTED and round_state == RoundState.PUBLISHED:  # an exception that was confirmed late
        return "次は追加の公表です。"
    return _NEXT_STEP[status]


def refusal(transition: Transition, *, status: Status, round_state: RoundState, is_exception: bool = False) -> str:
    """Why the transition cannot happen now, as a sentence that says when it can; "" when it can.

    A 調書 that was an exception at publication goes on through the chain
    afterwards; everything else of a published round can only be corrected.
    """
    if round_state is RoundState.PLANNED:
        return "この年度の照会はまだ始まっていません。始まってから操作してください。"
    if round_state is RoundState.PUBLISHED and not _goes_on(transition, status, is_exception):
        return "この年度の評価はすでに公表しています。変えるときはICT推進課が訂正します。"
    if status not in transition.sources:
        possible = "」または「".join(str(source.label) for source in transition.sources)
        return (
            f"この調書は今「{status.label}」のため、{transition.noun}はできません。"
            f"{transition.noun}ができるのは「{possible}」のときです。"
        )
    return ""


def _goes_on(transition: Transition, status: Status, is_exception: bool) -> bool:
    if transition is CORRECT:
        return True
    return is_exception and status is not Status.PUBLISHED


def possible(*, status: Status, round_state: RoundState, is_exception: bool = False) -> list[Transition]:
    """The transitions of one 調書 (not of the whole round) that can happen now, in the order of the table."""
    return [
        transition
        for transition in TRANSITIONS
        if not transition.of_round
        and not refusal(transition, status=status, round_state=round_state, is_exception=is_exception)
    ]


def handed_on(actor: Actor) -> tuple[Status, ...]:
    """The states of a 調書 that is on its way with others: after a step of the actor, until it is their turn again."""
    own = [each for each in TRANSITIONS if each.actor is actor and not each.of_round]
    their_turn = {source for each in own if each.target for source in each.sources}
    known: set[Status] = set()
    reached = {each.target for each in own if each.target} - their_turn
    while reached:
        known |= reached
        following = {each.target for each in TRANSITIONS if each.target and reached.intersection(each.sources)}
        reached = following - their_turn - known - {PUBLISH.target}
    return tuple(status for status in Status if status in known)


def way_back(status: Status, *, is_submitter: bool, submitter: str) -> str:
    """How a 調書 that has left the liaison's hands can be mended again, and by whom; "" where it cannot or need not.

    `submitter` is the name of who submitted it, `is_submitter` whether that is who asks.
    """
    ways = [each for each in TRANSITIONS if status in each.sources and each.target in SAVE.sources]
    if not ways:
        return ""
    if is_submitter and WITHDRAW in ways:
        return "直すときは、取り下げてください。"
    nouns = [f"提出した{submitter}さんの{each.noun}" if each.actor is Actor.SUBMITTER else each.noun for each in ways]
    return f"直すときは、{'か、'.join(nouns)}を依頼してください。"
