"""Two people at the same moment, with real threads and transactions: exactly one of them wins, nothing is lost."""

import functools
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry, Department, User
from plan.actions import revise
from programs.enums import Improvement
from programs.models import ActionYear, Indicator, Program
from progress import workflow
from progress.actions.evaluations import Answers, perform, save_evaluation
from progress.actions.measures import save_measure_evaluation
from progress.actions.opening import open_round
from progress.actions.proposals import confirm
from progress.actions.publication import publish
from progress.actions.rounds import set_exception
from progress.actions.sheets import Edit, keep_upload, take_in
from progress.enums import PaperKind, PaperState, RoundState, Status
from progress.errors import CannotPublish, NotNow, ProgressError
from progress.forms.seal import sealed
from progress.models import (
    Evaluation,
    EvaluationEvent,
    EvaluationUpload,
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
from progress.sheets.comparing import answers_of, preview
from tests.factories import UserFactory
from tests.programs.factories import IndicatorFactory, IndicatorYearFactory
from tests.progress.desk_pages import address, told
from tests.progress.desk_pages import typed as typed_form
from tests.progress.factories import RoundFactory, action_of, fill_in, opened
from tests.progress.sheets import downloaded, typed

pytestmark = pytest.mark.django_db(transaction=True)
Deed = Callable[[], object]
# What is said of a step that somebody was faster with, or that is not possible yet.
TOO_LATE = {
    "submit": "すでに提出しています。|保存ができるのは",
    "withdraw": "取下げができるのは|取下げは、提出した人だけが行えます。",
}


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


class _Tab:
    """A browser tab whose form is sent; `says` is what the person reads then."""

    def __init__(self, by: User, page: str, data: dict[str, str]) -> None:
        self._client, self._page, self._data = Client(), page, data
        self._client.force_login(by)

    def __call__(self) -> None:
        self._answer = self._client.post(self._page, self._data)

    @functools.cached_property
    def says(self) -> str:
        if self._answer.status_code == HTTPStatus.FORBIDDEN:
            return self._answer.content.decode()
        (message,) = told(self._answer)
        return message


@pytest.mark.parametrize("at_first", [Status.DRAFT, Status.SUBMITTED])
@pytest.mark.parametrize("is_same_person", [True, False])
def test_submitting_against_withdrawing(
    at_first: Status,
    is_same_person: bool,
    division: Department,
    liaison: User,
    ict_staff: User,
    brought_to: Callable[..., Evaluation],
) -> None:
    """取り下げる is pressed in one tab, 提出する in another one, or by another: as if one came after the other."""
    submitter = liaison if is_same_person else UserFactory.create(role=Role.LIAISON, role__department=division)
    for evaluation in opened(division, actions=5, by=ict_staff).evaluations.all():
        read = brought_to(at_first, evaluation)
        known = [event.pk for event in read.events.all()]
        submitting = _Tab(submitter, address(read), typed_form(read, next_plan=read.next_plan, then="submit"))
        withdrawing = _Tab(
            liaison, address(read, "withdraw/"), {"version": str(read.version), "seal": sealed(read, by=liaison)}
        )
        assert _at_once(submitting, withdrawing) == ["done", "done"]
        came = list(read.events.exclude(pk__in=known).order_by("pk").values_list("transition", "by"))
        submit, withdraw = (workflow.SUBMIT.name, submitter.pk), (workflow.WITHDRAW.name, liaison.pk)
        if at_first == Status.SUBMITTED:
            assert came in [[withdraw], [withdraw, submit]]
        else:
            assert came in [[submit], [submit, withdraw] if is_same_person else [submit]]
        ends = (Status.SUBMITTED, submitter) if came[-1] == submit else (Status.DRAFT, None)
        read.refresh_from_db()
        assert (read.status, read.submitted_by, read.version) == (*ends, 2)
        for tab, step, done in ((submitting, submit, "提出しました。"), (withdrawing, withdraw, "取り下げました。")):
            assert re.search(done if step in came else TOO_LATE[step[0]], tab.says), (came, tab.says)


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


def test_saving_against_turning_an_indicator_round(
    liaison: User, division: Department, ict_staff: User, other_staff: User
) -> None:
    """Whatever comes first, what the 調書 keeps for the sums is what a recount says."""
    round_ = RoundFactory.create()
    indicator = IndicatorFactory.create(action=action_of(round_.program, division))
    IndicatorYearFactory.create(indicator=indicator, position=round_.year)
    read = open_round(round=round_, by=ict_staff).evaluations.with_everything().get()
    row = read.indicators.get()
    assert row.target is not None
    for actual, improvement in ((row.target - 1, Improvement.DOWN), (row.target - 2, Improvement.UP)) * 3:
        read = Evaluation.objects.with_everything().get()
        turned = Indicator.objects.get()
        turned.improvement = improvement
        answers = Answers(indicators={row.pk: {"actual": actual}})
        ended = _at_once(
            functools.partial(
                save_evaluation, evaluation=read, answers=answers, by=liaison, expected_version=read.version
            ),
            functools.partial(
                revise, root=turned, by=other_staff, reason="向きの見直し", expected_version=turned.version
            ),
        )
        stored = Evaluation.objects.get()
        assert ended == ["done", "done"]
        assert (stored.indicators_total, stored.indicators_reached) == (1, int(improvement == Improvement.DOWN))


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
    """Both take the plan's turn first: neither waits for the other in a circle.

    The programme is hidden, so that confirming need not come after 公表: whichever is first, both are done.
    """
    round_ = opened(division, actions=3, by=ict_staff)
    Program.objects.update(is_published=False)
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
    round_ = Round.objects.for_reports().get()
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
    # Each asked for it once, however often; none before it was ordered.
    assert set(paper.requests.filter(at__gte=paper.ordered_at).values_list("by")) == {(by.pk,) for by in people}
    assert paper.requests.count() == 10


# ── Workbooks ─────────────────────────────────────────────────────────────────────────────


def _two(division: Department, staff: User) -> list[Evaluation]:
    round_ = opened(division, actions=2, by=staff)
    return list(Evaluation.objects.with_everything().filter(round=round_).order_by("pk"))


def _bringing(evaluations: list[Evaluation], by: User, text: str) -> tuple[EvaluationUpload, Deed]:
    """A workbook with `text` in every 調書, looked at; and taking in what the preview showed."""
    content = downloaded(evaluations[0], by)
    for evaluation in evaluations:
        content = typed(content, evaluation, results=text)
    round_ = evaluations[0].round
    kept = keep_upload(round_=round_, by=by, name=f"{text}.xlsx", content=content)
    edits = [Edit(each, answers, each.version) for each, answers in answers_of(preview(content, round_, by), {})]
    return kept, lambda: take_in(upload=kept, edits=edits, by=by, counts={})


def _results(evaluations: list[Evaluation]) -> list[tuple[str, int, int]]:
    """Text, version and number of 保存 of each."""
    stored = Evaluation.objects.filter(pk__in=[each.pk for each in evaluations]).order_by("pk")
    return [(each.results, each.version, each.events.filter(transition="save").count()) for each in stored]


def test_a_workbook_taken_in_twice_at_once(division: Department, liaison: User, ict_staff: User) -> None:
    evaluations = _two(division, ict_staff)
    _, taking = _bringing(evaluations, liaison, "甲")
    assert sorted(_at_once(taking, taking, taking)) == ["AlreadyTaken", "AlreadyTaken", "done"]
    assert _results(evaluations) == [("甲", 2, 1)] * 2
    assert AuditEntry.objects.filter(kind=AuditKind.IMPORTED).count() == 1


def test_two_workbooks_of_the_same_evaluations_at_once(division: Department, liaison: User, ict_staff: User) -> None:
    """One is taken in whole, of the other nothing; its file is kept, and shows both texts."""
    second = UserFactory.create(role=Role.LIAISON, role__department=division)
    evaluations = _two(division, ict_staff)
    brought = [_bringing(evaluations, liaison, "甲"), _bringing(evaluations, second, "乙")]
    ended = _at_once(*(taking for _, taking in brought))
    assert sorted(ended) == ["StaleSave", "done"]
    won = ended.index("done")
    assert _results(evaluations) == [("甲乙"[won], 2, 1)] * 2
    lost = EvaluationUpload.objects.get(pk=brought[1 - won][0].pk)
    seen = preview(bytes(lost.content), lost.round, lost.by)
    assert lost.applied_at is None
    assert [(each.mine, each.theirs) for each in seen.conflicts] == [("甲乙"[1 - won], "甲乙"[won])] * 2


def test_a_workbook_against_saving_the_form(division: Department, liaison: User, ict_staff: User) -> None:
    """The form saves the 調書 that the workbook comes to last: all of the workbook is taken in, or nothing."""
    evaluations = _two(division, ict_staff)
    second = UserFactory.create(role=Role.LIAISON, role__department=division)
    kept, taking = _bringing(evaluations, liaison, "ファイル")
    ended = _at_once(taking, _saving(evaluations[1], second, "画面"))
    assert (ended, _results(evaluations)) in [
        (["done", "StaleSave"], [("ファイル", 2, 1), ("ファイル", 2, 1)]),
        (["StaleSave", "done"], [("", 1, 0), ("画面", 2, 1)]),
    ]
    kept.refresh_from_db()
    assert (kept.applied_at is not None) == (ended[0] == "done")
