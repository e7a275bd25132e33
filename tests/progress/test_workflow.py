"""Every transition × state × persona, against the decision chain of the design."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from progress import permissions, workflow
from progress.actions.evaluations import check, perform, save_evaluation
from progress.actions.publication import publish
from progress.enums import RoundState, Status
from progress.errors import NotNow, NotYours
from progress.management.commands.document_workflow import PATH, document
from progress.models import Evaluation, EvaluationEvent
from progress.workflow import TRANSITIONS, Transition
from tests.progress.factories import complete_answers

# The table of the design: transition → persona → states in which it may happen.
CHAIN: dict[str, dict[str, set[Status]]] = {
    "save": {"liaison": {Status.DRAFT, Status.RETURNED}},
    "submit": {"liaison": {Status.DRAFT, Status.RETURNED}},
    "withdraw": {"liaison": {Status.SUBMITTED}},
    "endorse": {"manager": {Status.SUBMITTED}},
    "return_by_manager": {"manager": {Status.SUBMITTED}},
    "return_by_staff": {"ict_staff": {Status.ENDORSED, Status.ACCEPTED}},
    "accept": {"ict_staff": {Status.ENDORSED}},
    "publish": {"ict_staff": {Status.ACCEPTED}},
    "correct": {"ict_staff": {Status.PUBLISHED}},
}
PEOPLE = ("liaison", "other_liaison", "manager", "ict_staff", "committee_viewer", "administrator")


def test_the_table_has_the_transitions_of_the_design() -> None:
    assert [transition.name for transition in TRANSITIONS] == list(CHAIN)


@pytest.fixture
def in_state(evaluation: Evaluation, brought_to: Callable[..., Evaluation], ict_staff: User) -> Callable[..., Any]:
    def in_state(status: Status) -> Evaluation:
        if status is not Status.PUBLISHED:
            return brought_to(status, evaluation)
        publish(round=brought_to(Status.ACCEPTED, evaluation).round, by=ict_staff)
        return Evaluation.objects.with_everything().get(pk=evaluation.pk)

    return in_state


@pytest.mark.django_db
@pytest.mark.parametrize("status", list(Status), ids=lambda status: status.value)
def test_each_person_can_do_in_each_state_what_the_design_says(
    status: Status, in_state: Callable[..., Evaluation], request: pytest.FixtureRequest
) -> None:
    evaluation = in_state(status)
    people = {name: request.getfixturevalue(name) for name in PEOPLE}
    allowed = {
        (transition.name, name)
        for transition in TRANSITIONS
        for name, person in people.items()
        if _may(transition, evaluation, person)
    }
    assert allowed == {
        (transition, name) for transition, by in CHAIN.items() for name, states in by.items() if status in states
    }


def _may(transition: Transition, evaluation: Evaluation, person: User) -> bool:
    try:
        check(transition, evaluation, person)
    except (NotYours, NotNow):
        return False
    return True


@pytest.mark.django_db
@pytest.mark.parametrize("status", list(Status), ids=lambda status: status.value)
@pytest.mark.parametrize("name", [name for name in CHAIN if name not in {"save", "publish", "correct"}])
def test_what_is_not_allowed_changes_nothing(
    name: str, status: Status, in_state: Callable[..., Evaluation], request: pytest.FixtureRequest
) -> None:
    evaluation = in_state(status)
    transition = workflow.BY_NAME[name]
    before = list(Evaluation.objects.filter(pk=evaluation.pk).values())
    events = EvaluationEvent.objects.count()
    for person in PEOPLE:
        if status in CHAIN[name].get(person, set()):
            continue
        with pytest.raises((NotYours, NotNow)):
            perform(evaluation=evaluation, transition=transition, by=request.getfixturevalue(person), comment="理由")
    assert list(Evaluation.objects.filter(pk=evaluation.pk).values()) == before
    assert EvaluationEvent.objects.count() == events


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "status"),
    [
        (name, status)
        for name, by in CHAIN.items()
        if name not in {"save", "publish", "correct"}
        for states in by.values()
        for status in sorted(states)
    ],
)
def test_what_is_allowed_happens_and_is_on_record(
    name: str, status: Status, in_state: Callable[..., Evaluation], request: pytest.FixtureRequest
) -> None:
    transition = workflow.BY_NAME[name]
    by = request.getfixturevalue(next(iter(CHAIN[name])))
    evaluation = in_state(status)
    event = perform(evaluation=evaluation, transition=transition, by=by, comment="理由です。")
    evaluation.refresh_from_db()
    assert (event.from_status, event.to_status, event.by, event.comment) == (
        status,
        transition.goes_to(status),
        by,
        "理由です。",
    )
    assert evaluation.status == transition.goes_to(status)


@pytest.mark.django_db
def test_a_page_tells_not_you_from_not_now(evaluation: Evaluation, liaison: User, manager: User) -> None:
    with pytest.raises(NotYours, match="提出は、試験福祉課の担当者が行います。"):
        perform(evaluation=evaluation, transition=workflow.SUBMIT, by=manager)
    with pytest.raises(NotNow, match="今「記入中」のため、承認はできません。承認ができるのは「課長の承認待ち」のとき"):
        perform(evaluation=evaluation, transition=workflow.ENDORSE, by=manager)
    assert permissions.refusal(liaison, workflow.SUBMIT, evaluation) == ""


@pytest.mark.parametrize("transition", TRANSITIONS, ids=lambda transition: transition.name)
def test_nothing_happens_before_the_round_is_opened(transition: Transition) -> None:
    for status in Status:
        assert workflow.refusal(transition, status=status, round_state=RoundState.PLANNED).startswith(
            "この年度の照会はまだ始まっていません。"
        )


@pytest.mark.parametrize("status", list(Status), ids=lambda status: status.value)
def test_a_published_round_is_only_corrected(status: Status) -> None:
    names = {each.name for each in workflow.possible(status=status, round_state=RoundState.PUBLISHED)}
    assert names == ({"correct"} if status is Status.PUBLISHED else set())


def test_an_exception_goes_on_through_the_chain_after_publication() -> None:
    names = [
        each.name
        for each in workflow.possible(status=Status.DRAFT, round_state=RoundState.PUBLISHED, is_exception=True)
    ]
    assert names == ["save", "submit"]


def test_the_documentation_is_that_of_the_table() -> None:
    assert PATH.read_text(encoding="utf-8") == document()


@pytest.mark.django_db
def test_verbs_of_their_own_are_not_performed(evaluation: Evaluation, liaison: User) -> None:
    for transition in (workflow.SAVE, workflow.PUBLISH, workflow.CORRECT):
        with pytest.raises(ValueError, match="has a verb of its own"):
            perform(evaluation=evaluation, transition=transition, by=liaison)


@pytest.mark.django_db
def test_saving_belongs_to_the_liaison_of_the_department(evaluation: Evaluation, other_liaison: User) -> None:
    with pytest.raises(NotYours, match="保存は、試験福祉課の担当者が行います。"):
        save_evaluation(
            evaluation=evaluation, answers=complete_answers(evaluation), by=other_liaison, expected_version=1
        )
    assert Evaluation.objects.get(pk=evaluation.pk).results == ""


def test_the_way_back_is_that_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {status: workflow.way_back(status, is_submitter=True, submitter="試験 担当") for status in Status}
    by_others = "直すときは、ICT推進課の差戻しを依頼してください。"
    assert {status: text for status, text in asked.items() if text} == {
        Status.SUBMITTED: "直すときは、取り下げてください。",
        Status.ENDORSED: by_others,
        Status.ACCEPTED: by_others,
    }
    shorter = tuple(each for each in TRANSITIONS if each is not workflow.WITHDRAW)
    monkeypatch.setattr(workflow, "TRANSITIONS", shorter)
    told = workflow.way_back(Status.SUBMITTED, is_submitter=True, submitter="試験 担当")
    assert told == "直すときは、課長の差戻しを依頼してください。"


@pytest.mark.parametrize(
    ("actor", "states"),
    [
        (workflow.Actor.LIAISON, (Status.SUBMITTED, Status.ENDORSED, Status.ACCEPTED)),
        (workflow.Actor.MANAGER, (Status.RETURNED, Status.ENDORSED, Status.ACCEPTED)),
    ],
)
def test_what_was_handed_on_is_with_others(actor: workflow.Actor, states: tuple[Status, ...]) -> None:
    assert set(workflow.handed_on(actor)) == set(states)


def test_what_was_handed_on_follows_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the manager's step, what a liaison submitted goes no further."""
    shorter = tuple(each for each in TRANSITIONS if each is not workflow.ENDORSE)
    monkeypatch.setattr(workflow, "TRANSITIONS", shorter)
    assert workflow.handed_on(workflow.Actor.LIAISON) == (Status.SUBMITTED,)
