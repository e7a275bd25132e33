"""Two people at the same moment, with real threads and transactions: exactly one of them wins, nothing is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.enums import Role
from accounts.models import AuditEntry, Department, User
from programs.models import ActionYear
from progress import workflow
from progress.actions.evaluations import Answers, perform, save_evaluation
from progress.actions.measures import save_measure_evaluation
from progress.actions.opening import open_round
from progress.actions.proposals import confirm
from progress.actions.publication import publish
from progress.actions.rounds import set_exception
from progress.enums import PaperKind, PaperState, RoundState, Status
from progress.errors import CannotPublish, NotNow, ProgressError
from progress.models import (
    Evaluation,
    EvaluationEvent,
    MeasureEvaluation,
    NextYearProposal,
    Paper,
    Publication,
    PublishedEvaluation,
    PublishedMeasure,
    Round,
)
from progress.papers.making import make_waiting
from progress.papers.ordering import order_of_round
from progress.papers.selection import Selection
from tests.factories import UserFactory
from tests.progress.factories import RoundFactory, action_of, fill_in, opened

pytestmark = pytest.mark.django_db(transaction=True)
Deed = Callable[[], object]


@pytest.fixture(autouse=True)
def _needs_real_connections() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only: an SQLite database in memory has one connection")


def _at_once(*deeds: Deed) -> list[str]:
    """Every deed in a thread of its own at the same moment; says how each ended: "done" or the refusal's name."""
    together = Barrier(len(deeds))

    def run(deed: Deed) -> str:
        together.wait(timeout=10)
        try:
            deed()
        except ProgressError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(run, deeds))


def _saving(evaluation: Evaluation, by: User, text: str) -> Deed:
    return lambda: save_evaluation(
        evaluation=evaluation,
        answers=Answers(values={"results": text}),
        by=by,
        expected_version=evaluation.version,
    )


def _performing(evaluation: Evaluation, transition: workflow.Transition, by: User) -> Deed:
    return lambda: perform(evaluation=evaluation, transition=transition, by=by, comment="理由")


def test_two_endorsers(
    evaluation: Evaluation, division: Department, manager: User, brought_to: Callable[..., Evaluation]
) -> None:
    second = UserFactory.create(role=Role.MANAGER, role__department=division)
    brought_to(Status.SUBMITTED, evaluation)
    ended = _at_once(*(_performing(evaluation, workflow.ENDORSE, by) for by in (manager, second)))
    assert sorted(ended) == ["NotNow", "done"]
    assert EvaluationEvent.objects.filter(transition="endorse").count() == 1


def test_endorsing_against_withdrawing(
    evaluation: Evaluation, liaison: User, manager: User, brought_to: Callable[..., Evaluation]
) -> None:
    brought_to(Status.SUBMITTED, evaluation)
    ended = _at_once(
        _performing(evaluation, workflow.ENDORSE, manager), _performing(evaluation, workflow.WITHDRAW, liaison)
    )
    assert sorted(ended) == ["NotNow", "done"]
    evaluation.refresh_from_db()
    assert evaluation.status == (Status.ENDORSED if ended[0] == "done" else Status.DRAFT)


def test_submitting_twice_at_once(evaluation: Evaluation, liaison: User) -> None:
    fill_in(evaluation, liaison)
    ended = _at_once(*(_performing(evaluation, workflow.SUBMIT, liaison) for _ in range(4)))
    assert sorted(ended) == ["NotNow", "NotNow", "NotNow", "done"]
    assert EvaluationEvent.objects.filter(transition="submit").count() == 1


def test_two_saves_at_once(evaluation: Evaluation, liaison: User, division: Department) -> None:
    second = UserFactory.create(role=Role.LIAISON, role__department=division)
    ended = _at_once(_saving(evaluation, liaison, "甲の文章"), _saving(evaluation, second, "乙の文章"))
    assert sorted(ended) == ["StaleSave", "done"]
    stored = Evaluation.objects.get()
    assert (stored.results, stored.version) == ("甲の文章" if ended[0] == "done" else "乙の文章", 2)


def test_saving_against_submitting(evaluation: Evaluation, liaison: User) -> None:
    """Whatever comes first, the submitted text is one that was saved."""
    read = fill_in(evaluation, liaison)
    ended = _at_once(_saving(read, liaison, "最後の文章"), _performing(evaluation, workflow.SUBMIT, liaison))
    stored = Evaluation.objects.get()
    assert ended[1] == "done"
    assert (ended[0], stored.results) in {
        ("done", "最後の文章"),
        ("NotNow", "計画どおりに実施しました。"),
    }
    assert stored.status == Status.SUBMITTED


def test_publishing_against_writing_a_measure(
    evaluation: Evaluation, ict_staff: User, other_staff: User, brought_to: Callable[..., Evaluation]
) -> None:
    """What was saved is published; what came too late was told so."""
    brought_to(Status.ACCEPTED, evaluation)
    row = MeasureEvaluation.objects.order_by("pk")[0]
    ended = _at_once(
        lambda: publish(round=evaluation.round, by=ict_staff),
        lambda: save_measure_evaluation(
            evaluation=row, values={"reason": "間に合った文章"}, by=other_staff, expected_version=1
        ),
    )
    published = PublishedMeasure.objects.get(evaluation=row).data["reason"]
    assert (ended, published) in [(["done", "done"], "間に合った文章"), (["done", "NotNow"], "")]


def test_publishing_against_returning(
    evaluation: Evaluation, ict_staff: User, other_staff: User, brought_to: Callable[..., Evaluation]
) -> None:
    brought_to(Status.ACCEPTED, evaluation)
    round_ = Round.objects.get()
    ended = _at_once(
        lambda: publish(round=round_, by=ict_staff), _performing(evaluation, workflow.RETURN_BY_STAFF, other_staff)
    )
    evaluation.refresh_from_db()
    round_.refresh_from_db()
    if ended[0] == "done":
        assert (ended[1], evaluation.status, round_.state) == (NotNow.__name__, Status.PUBLISHED, RoundState.PUBLISHED)
        assert PublishedEvaluation.objects.get().grade_symbol == "3"
    else:
        assert (ended, evaluation.status, round_.state) == (
            [CannotPublish.__name__, "done"],
            Status.RETURNED,
            RoundState.OPEN,
        )
        assert PublishedEvaluation.objects.count() == 0


def test_publishing_against_saving_an_exception(evaluation: Evaluation, liaison: User, ict_staff: User) -> None:
    set_exception(evaluation=evaluation, by=ict_staff, reason="遅れています。")
    round_ = Round.objects.get()
    ended = _at_once(lambda: publish(round=round_, by=ict_staff), _saving(evaluation, liaison, "書きかけ"))
    assert ended == ["done", "done"]
    assert Evaluation.objects.get().results == "書きかけ"
    assert "書きかけ" not in str(PublishedEvaluation.objects.get().data)


def test_publishing_twice_at_once(
    evaluation: Evaluation, ict_staff: User, other_staff: User, brought_to: Callable[..., Evaluation]
) -> None:
    brought_to(Status.ACCEPTED, evaluation)
    round_ = Round.objects.get()
    ended = _at_once(*(lambda by=by: publish(round=round_, by=by) for by in (ict_staff, other_staff)))
    assert sorted(ended) == ["NotNow", "done"]
    assert (Publication.objects.count(), PublishedEvaluation.objects.count()) == (1, 1)


def test_opening_twice_at_once(division: Department, ict_staff: User, other_staff: User) -> None:
    round_ = RoundFactory.create()
    action_of(round_.program, division)
    ended = _at_once(*(lambda by=by: open_round(round=round_, by=by) for by in (ict_staff, other_staff)))
    assert sorted(ended) == ["NotNow", "done"]
    assert Evaluation.objects.count() == 1


def test_confirming_while_publishing(
    division: Department, ict_staff: User, other_staff: User, brought_to: Callable[..., Evaluation]
) -> None:
    """Both take the plan's turn first: neither waits for the other in a circle."""
    round_ = opened(division, actions=3, by=ict_staff)
    for evaluation in round_.evaluations.all():
        brought_to(Status.ACCEPTED, evaluation)
    proposals = list(NextYearProposal.objects.all())
    ended = _at_once(
        lambda: publish(round=round_, by=ict_staff),
        *(lambda each=each: confirm(proposal=each, by=other_staff) for each in proposals),
    )
    assert ended == ["done"] * 4
    assert ActionYear.objects.filter(year=2017).count() == 3


def test_ten_people_order_the_same_paper_at_once(evaluation: Evaluation, ict_staff: User) -> None:
    people = [ict_staff, *UserFactory.create_batch(9, role=Role.ICT_STAFF)]
    round_ = Round.objects.select_related("program__plan", "scale").get()
    chosen = Selection.of(PaperKind.EVALUATION, str(evaluation.pk), as_it_stands=True)
    ordered = [lambda by=by: order_of_round(round_=round_, selection=chosen, by=by) for by in people]
    assert _at_once(*ordered) == ["done"] * 10
    assert Paper.objects.get().state == PaperState.WAITING
    assert AuditEntry.objects.filter(about__startswith="資料の作成：").count() == 1
    made: list[int] = []
    # Whichever process comes first makes it; the others end at once, or find nothing left to do.
    assert _at_once(*[lambda: made.append(make_waiting())] * 4) == ["done"] * 4
    assert sorted(made) == [0, 0, 0, 1]
    paper = Paper.objects.get()
    assert (paper.state, paper.attempts, paper.has_file) == (PaperState.MADE, 1, True)
    assert _at_once(*ordered) == ["done"] * 10
    assert Paper.objects.get().attempts == 1
