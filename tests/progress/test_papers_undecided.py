"""An undecided 調書 on paper: as it stands for the people of its chain, and for nobody else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from progress.actions.papers import finish_paper, release_paper
from progress.actions.rounds import release_to_committee
from progress.enums import TELLING_UNDECIDED, PaperKind, PaperState, Status
from progress.errors import NotNow
from progress.models import Evaluation, Paper, PaperForm, Round
from progress.papers.making import make_waiting
from progress.papers.narrowing import report_for
from progress.papers.printing import html_of, printed
from progress.papers.report import report_of
from progress.papers.round_paper import round_paper
from progress.papers.selection import Selection
from tests.factories import UserFactory
from tests.personas import PERSONAS
from tests.programs.factories import ActionOwnerFactory
from tests.progress.factories import fill_in
from tests.progress.pages import messages_of
from tests.progress.papers import read_whole
from tests.progress.published import NEXT, published_year

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
BroughtTo = Callable[[Status, Evaluation], Evaluation]
TYPED = "計画どおりに実施しました。"
SEES = {
    "citizen": False,
    "liaison": True,
    "other_liaison": False,
    "manager": True,
    "ict_staff": True,
    "committee_viewer": False,
    "administrator": False,
    "related_liaison": True,
}


def _html(round_: Round, kind: PaperKind, subject: str = "", *, as_it_stands: bool = True) -> str:
    selection = Selection.of(kind, subject, as_it_stands=as_it_stands)
    return html_of(round_paper(report_for(read_whole(round_), selection), selection, "版"))


@pytest.fixture
def related_liaison(evaluation: Evaluation) -> User:
    """Of a 関係課: reads the 調書, and does not fill it in."""
    person = UserFactory.create(name="試験 関係課", role=Role.LIAISON)
    ActionOwnerFactory.create(action=evaluation.action, department=person.memberships.get().department, related=True)
    return person


@pytest.mark.parametrize("status", [Status.DRAFT, Status.RETURNED, Status.SUBMITTED, Status.ENDORSED])
def test_it_is_printed_with_what_is_typed_and_how_far_it_is(
    status: Status, evaluation: Evaluation, brought_to: BroughtTo
) -> None:
    brought_to(status, evaluation)
    told = _html(evaluation.round, PaperKind.EVALUATION, str(evaluation.pk))
    assert f"状態：{status.label}。" in told
    for words in (TYPED, "3 ほぼ目標どおり", "対象を広げて実施します。", ">案<", ">取扱注意<", ">確認前の調書を含む<"):
        assert words in told, words
    plan_only = _html(evaluation.round, PaperKind.EVALUATION, str(evaluation.pk), as_it_stands=False)
    assert "計画だけを示します" in plan_only
    # The budget, and the same amount as settlement.
    assert (told.count("1,000千円"), plan_only.count("1,000千円")) == (2, 1)
    assert [words for words in (TYPED, "状態：", "確認前の調書を含む") if words in plan_only] == []


def test_nothing_undecided_is_counted(evaluation: Evaluation, brought_to: BroughtTo) -> None:
    brought_to(Status.ENDORSED, evaluation)
    round_ = read_whole(evaluation.round)
    told, plan_only = report_of(round_, as_it_stands=True), report_of(round_)
    assert (told.shows_undecided, plan_only.shows_undecided) == (True, False)
    assert (told.whole, told.results) == (plan_only.whole, plan_only.results)
    assert [row.grade_symbol for row in told.evaluations] == [""]
    brought_to(Status.ACCEPTED, Evaluation.objects.with_everything().get(pk=_back_to_draft(evaluation).pk))
    decided = report_of(round_, as_it_stands=True)
    assert decided.shows_undecided is False
    assert [row.data for row in decided.evaluations] == [row.data for row in report_of(round_).evaluations]


def _back_to_draft(evaluation: Evaluation) -> Evaluation:
    Evaluation.objects.filter(pk=evaluation.pk).update(
        status=Status.DRAFT,
        submitted_at=None,
        submitted_by=None,
        endorsed_at=None,
        endorsed_by=None,
    )
    return evaluation


def test_those_who_see_the_evaluation_on_the_desk_have_its_paper_and_nobody_else(
    evaluation: Evaluation,
    brought_to: BroughtTo,
    related_liaison: User,
    client_of: ClientOf,
    request: pytest.FixtureRequest,
) -> None:
    brought_to(Status.SUBMITTED, evaluation)
    release_to_committee(round=evaluation.round, by=request.getfixturevalue("ict_staff"))
    clients = {name: client_of(request.getfixturevalue(name)) for name in [*PERSONAS, "related_liaison"]}
    address = reverse("desk:paper_order", args=[evaluation.round.slug])
    ordered = {
        name: _sees(client.post(address, {"kind": "evaluation", "subject": evaluation.pk}))
        for name, client in clients.items()
    }
    assert ordered == SEES
    assert make_waiting() == 1
    paper = Paper.objects.get()
    assert (paper.shows_undecided, paper.content_version[:2]) == (True, "案 ")
    for name in ("desk:paper", "desk:paper_pdf"):
        taken = {who: _sees(client.get(reverse(name, args=[paper.pk]))) for who, client in clients.items()}
        assert taken == SEES
    listed = {
        who: paper.title in client.get(reverse("desk:papers")).content.decode() for who, client in clients.items()
    }
    assert listed == SEES
    on_desk = {
        who: _sees(client.get(reverse("desk:evaluation", args=[evaluation.pk]))) for who, client in clients.items()
    }
    assert on_desk == SEES


def _sees(response: Any) -> bool:
    """Whether the person got what was asked for: the page, the whole file, or to the page of the order."""
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content).startswith(b"%PDF")
    to_log_in = "login" in response.headers.get("Location", "")
    assert response.status_code in {200, 302, 403, 404}
    return response.status_code in {200, 302} and not to_log_in


def test_staff_may_choose_it_for_the_whole_paper_which_then_stays_inside(
    evaluation: Evaluation, brought_to: BroughtTo, ict_staff: User, client_of: ClientOf
) -> None:
    brought_to(Status.SUBMITTED, evaluation)
    release_to_committee(round=evaluation.round, by=ict_staff)
    client, address = client_of(ict_staff), reverse("desk:paper_choose", args=[evaluation.round.slug])
    chosen = {"parts": ["overview", "sheets"], "orientation": "portrait", "title": "検討用"}
    client.post(address, chosen)
    client.post(address, chosen | {"as_it_stands": "on"})
    client.post(address, chosen | {"as_it_stands": "on", "save": "1", "name": "検討用"})
    kept = client.get(address, {"form": PaperForm.objects.get().pk})
    assert kept.context["form"]["as_it_stands"].value() is True
    usual, inside = Paper.objects.order_by("pk")
    assert [(TYPED in printed(each).html, each.shows_undecided) for each in (usual, inside)] == [
        (False, False),
        (True, True),
    ]
    Paper.objects.update(state=PaperState.MADE, made_at=usual.ordered_at, pages=1, size=1)
    for each in (usual, inside):
        each.path.parent.mkdir(parents=True, exist_ok=True)
        each.path.write_bytes(b"%PDF")
    with pytest.raises(NotNow, match="確認が済んでいない調書"):
        release_paper(paper=inside, by=ict_staff)
    answered = messages_of(client.post(reverse("desk:paper_release", args=[inside.pk]), follow=True))
    assert "確認が済んでいない調書の内容を載せた資料は、会議に公開できません" in answered[0]
    assert release_paper(paper=usual, by=ict_staff).released_at is not None
    # Made again from content that is undecided by then, it is the committee's no more.
    finish_paper(paper=usual, pages=1, size=1, version="案 x", shows_undecided=True)
    usual.refresh_from_db()
    assert usual.released_at is None


@pytest.mark.parametrize("kind", PaperKind)
def test_the_database_keeps_it_from_everybody_else(kind: PaperKind, evaluation: Evaluation) -> None:
    plan, at = evaluation.round.program.plan, timezone.now()
    paper = Paper(key=kind, kind=kind, title="題", plan=plan, selection={}, content_version="案", ordered_at=at)
    paper.shows_undecided = True
    with transaction.atomic() if kind in TELLING_UNDECIDED else pytest.raises(IntegrityError), transaction.atomic():
        paper.save()
    if kind in TELLING_UNDECIDED:
        paper.released_at = paper.ordered_at
        with pytest.raises(IntegrityError), transaction.atomic():
            paper.save()


def test_an_exception_goes_on_after_publication_and_is_printed_for_its_department_alone() -> None:
    year = published_year()
    exception = year.evaluation("1-2-001")
    liaison = UserFactory.create(role=Role.LIAISON, role__department=exception.department)
    fill_in(exception, liaison)
    told = _html(year.round, PaperKind.EVALUATION, str(exception.pk))
    assert [words in told for words in (TYPED, "状態：記入中。", ">取扱注意<")] == [True, True, True]
    other = _html(year.round, PaperKind.DEPARTMENT, str(year.departments[0].pk))
    assert [words in other for words in (NEXT, TYPED, "取扱注意")] == [True, False, False]
    for kind in (PaperKind.YEARLY, PaperKind.MEASURE, PaperKind.CORRECTIONS):
        assert [words for words in (TYPED, "取扱注意", "状態：") if words in _html(year.round, kind, "1-2")] == []
