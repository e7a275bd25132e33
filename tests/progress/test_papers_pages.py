"""The pages of papers: ordering, making once, taking away, releasing, keeping a choice, and the public's files."""

import datetime
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from django.template.defaultfilters import filesizeformat
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry, Department, User
from plan.enums import RevisionKind
from plan.models import Revision
from progress.actions.papers import ATTEMPTS, claim_next, fail_paper, finish_paper
from progress.actions.rounds import release_to_committee
from progress.enums import PaperKind, PaperState
from progress.errors import NotYours
from progress.models import Paper, PaperForm, PaperRequest
from progress.papers.making import make_waiting
from progress.papers.ordering import order_of_plan, order_of_round
from progress.papers.selection import PARTS, Cover, Selection
from progress.papers.versions import plan_version
from tests.factories import UserFactory
from tests.html_validity import validate
from tests.progress.pages import messages_of
from tests.progress.papers import Opened, read_whole
from tests.progress.published import Year, accepted_year, published_year

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
CHOSEN = {"parts": ["contents", "overview"], "orientation": "portrait", "title": "試験の資料", "recipient": "委員"}


@pytest.fixture
def year() -> Year:
    return accepted_year()


@pytest.fixture
def liaison_of_1(year: Year) -> User:
    return UserFactory.create(role=Role.LIAISON, role__department=year.departments[0])


def _taken(response: Any) -> bytes:
    """The whole file; read to its end, the test client closes it."""
    return b"".join(response.streaming_content)


def test_ten_people_who_ask_for_the_same_paper_make_it_once(year: Year, ict_staff: User) -> None:
    selection = Selection.of(PaperKind.CORRECTIONS)
    orders = [
        order_of_round(round_=read_whole(year.round), selection=selection, by=by)
        for by in (ict_staff, *UserFactory.create_batch(9, role=Role.ICT_STAFF))
    ]
    assert len({paper.pk for paper, _ in orders}) == 1
    assert [is_new for _, is_new in orders] == [True] + [False] * 9
    assert make_waiting() == 1
    paper = Paper.objects.get()
    assert (paper.state, paper.pages, paper.size) == (PaperState.MADE, 1, paper.path.stat().st_size)
    assert make_waiting() == 0
    again, is_new = order_of_round(round_=read_whole(year.round), selection=selection, by=ict_staff)
    assert (again.pk, is_new) == (paper.pk, False)
    paper.path.unlink()
    assert order_of_round(round_=read_whole(year.round), selection=selection, by=ict_staff)[1]


def test_another_content_or_choice_is_another_paper(year: Year, ict_staff: User) -> None:
    def ordered(**chosen: Any) -> int:
        selection = Selection.of(PaperKind.COMMITTEE, **chosen)
        return order_of_round(round_=read_whole(year.round), selection=selection, by=ict_staff)[0].pk

    first = ordered()
    assert ordered() == first
    assert ordered(cover=Cover(subject="別の件名")) != first
    Department.objects.filter(code="T-0101").update(name="改めた課")
    assert ordered() != first


def test_what_changed_while_it_waited_is_made_anew_for_who_asks_for_the_first_content_again(
    year: Year, ict_staff: User
) -> None:
    def ordered(by: User, recipient: str = "") -> tuple[Paper, bool]:
        selection = Selection.of(PaperKind.CORRECTIONS)
        return order_of_round(round_=read_whole(year.round), selection=selection, by=by, recipient=recipient)

    department = Department.objects.get(code="T-0101")
    first, _ = ordered(ict_staff, "委員長")
    Department.objects.filter(pk=department.pk).update(name="改めた課")
    assert make_waiting() == 1
    made = Paper.objects.get(pk=first.pk)
    assert made.content_version != first.content_version
    Paper.objects.update(released_at=timezone.now())
    Department.objects.filter(pk=department.pk).update(name=department.name)
    other = UserFactory.create(role=Role.ICT_STAFF)
    again, is_new = ordered(other, "副委員長")
    assert (again.pk, is_new, again.state, again.released_at) == (first.pk, True, PaperState.WAITING, None)
    assert make_waiting() == 1
    made.refresh_from_db()
    newest = made.requests.first()
    assert newest is not None
    told = (made.content_version, newest.content_version, newest.by, newest.recipient)
    assert told == (first.content_version, first.content_version, other, "副委員長")
    assert ordered(ict_staff) == (made, False)


def test_a_paper_whose_process_ended_is_tried_again_and_then_fails(year: Year, ict_staff: User) -> None:
    order_of_round(round_=read_whole(year.round), selection=Selection.of(PaperKind.CORRECTIONS), by=ict_staff)
    for _ in range(ATTEMPTS):
        claimed = claim_next()
        assert claimed is not None
        assert claimed.state == PaperState.MAKING
    assert claim_next() is None
    failed = Paper.objects.get()
    assert (failed.state, failed.failures, failed.is_resting) == (PaperState.FAILED, 1, True)


def test_a_department_has_its_own_papers_made_and_no_others(
    year: Year, liaison_of_1: User, client_of: ClientOf
) -> None:
    client, address = client_of(liaison_of_1), reverse("desk:paper_order", args=["2016"])
    own = year.evaluation("1-1-001")
    other = year.evaluation("1-2-001")
    response = client.post(address, {"kind": "evaluation", "subject": own.pk})
    paper = Paper.objects.get()
    assert response.headers["Location"] == reverse("desk:paper", args=[paper.pk])
    assert client.post(address, {"kind": "evaluation", "subject": other.pk}).status_code == 404
    assert client.post(address, {"kind": "department", "subject": other.department_id}).status_code == 403
    assert client.post(address, {"kind": "measure", "subject": "1-1"}).status_code == 403
    for kind in ("committee", "corrections", "yearly"):
        assert client.post(address, {"kind": kind}).status_code == 404, kind
    assert Paper.objects.get() == paper
    waiting = client.get(response.headers["Location"])
    assert waiting.headers["Refresh"] == "3"
    too_early = client.get(reverse("desk:paper_pdf", args=[paper.pk]))
    assert too_early.headers["Location"] == reverse("desk:paper", args=[paper.pk])
    assert make_waiting() == 1
    file = client.get(reverse("desk:paper_pdf", args=[paper.pk]))
    assert _taken(file).startswith(b"%PDF-1.7")
    name = unquote(file.headers["Content-Disposition"])
    assert name == f"attachment; filename*=UTF-8''評価調書_2016_1-1-001_案_{paper.key[:8]}.pdf"
    entry = AuditEntry.objects.filter(kind=AuditKind.EXPORTED).get()
    assert (entry.person, entry.about) == (liaison_of_1, f"資料：{paper.title}")
    listed = client.get(reverse("desk:papers")).content.decode()
    assert "ダウンロードする" in listed
    assert "試験公開課の評価調書を作る" in listed


def test_the_committee_sees_what_was_released_to_it(
    year: Year, ict_staff: User, committee_viewer: User, client_of: ClientOf
) -> None:
    paper, _ = order_of_round(
        round_=read_whole(year.round), selection=Selection.of(PaperKind.CORRECTIONS), by=ict_staff
    )
    staff, viewer = client_of(ict_staff), client_of(committee_viewer)
    page, release = reverse("desk:paper", args=[paper.pk]), reverse("desk:paper_release", args=[paper.pk])
    assert "まだ作成が終わっていません" in messages_of(staff.post(release, follow=True))[0]
    make_waiting()
    assert "先に会議に公開してください" in messages_of(staff.post(release, follow=True))[0]
    release_to_committee(round=year.round, by=ict_staff)
    assert viewer.get(page).status_code == 404
    other, _ = order_of_round(round_=read_whole(year.round), selection=Selection.of(PaperKind.COMMITTEE), by=ict_staff)
    PaperRequest.objects.update(recipient="委員長だけ")
    pages = [reverse("desk:committee"), reverse("desk:committee_round", args=["2016"]), reverse("desk:papers")]
    assert ["（PDF、" in viewer.get(address).content.decode() for address in pages] == [False] * 3
    staff.post(release)
    paper.refresh_from_db()
    for address in pages:
        shown = viewer.get(address).content.decode()
        assert f"（PDF、{filesizeformat(paper.size or 0)}、1頁）" in shown
        assert f'href="{reverse("desk:paper_pdf", args=[paper.pk])}"' in shown
        assert "資料の作成" not in shown  # who makes none is not sent to where they are made
        assert [words in shown for words in (other.title, "委員長だけ", ict_staff.name)] == [False, False, False]
    told = viewer.get(page).content.decode()
    assert [words in told for words in ("委員長だけ", ict_staff.name, "作り直す")] == [False, False, False]
    assert validate({address: viewer.get(address).content.decode() for address in pages}) == []
    assert _taken(viewer.get(reverse("desk:paper_pdf", args=[paper.pk]))).startswith(b"%PDF")
    assert viewer.post(release).status_code == 403
    staff.post(reverse("desk:paper_withdraw", args=[paper.pk]))
    assert viewer.get(page).status_code == 404


def test_the_contents_follow_the_choice_and_a_form_keeps_it(year: Year, ict_staff: User, client_of: ClientOf) -> None:
    client, address = client_of(ict_staff), reverse("desk:paper_choose", args=["2016"])
    usual = client.get(address)
    assert usual.context["form"]["parts"].value() == [part.value for part in PARTS[PaperKind.COMMITTEE]]
    sheets = client.get(address, {**CHOSEN, "parts": ["sheets"]})
    lists_sheet = [
        "1-1-001 公開するデータの拡充" in [entry.text for entry in shown.context["entries"]]
        for shown in (usual, sheets)
    ]
    assert lists_sheet == [False, True]  # usually the index does
    chosen = client.get(address, CHOSEN)
    assert [entry.text for entry in chosen.context["entries"]] == ["資料1　概要"]
    nothing = client.post(address, {**CHOSEN, "parts": []})
    assert (nothing.context["entries"], "入れるものを、1つ以上選んで" in nothing.content.decode()) == ([], True)
    assert "目次に載るものが選ばれていません。" in nothing.content.decode()
    assert "帳票の名前を入力してください" in client.post(address, {**CHOSEN, "save": "1", "name": ""}).content.decode()
    after = client.post(address, {**CHOSEN, "save": "1", "name": "短いもの"}, follow=True)
    assert after.context["form"]["recipient"].value() == "委員"
    kept = client.get(address, {"form": PaperForm.objects.get().pk})
    assert kept.context["form"]["parts"].value() == ["contents", "overview"]
    client.post(address, CHOSEN)
    paper = Paper.objects.get()
    assert (paper.title, paper.requests.get().recipient, paper.is_draft) == ("試験の資料", "委員", True)
    client.post(reverse("desk:paper_form_delete", args=[PaperForm.objects.get().pk]))
    assert not PaperForm.objects.exists()


def test_who_may_not_publish_orders_nothing_by_the_action_either(year: Year, committee_viewer: User) -> None:
    with pytest.raises(NotYours):
        order_of_round(round_=read_whole(year.round), selection=Selection.of(PaperKind.YEARLY), by=committee_viewer)
    assert not Paper.objects.exists()


def test_the_public_takes_the_yearly_report_once_it_is_made(client: Client) -> None:
    year = published_year()
    address = reverse("progress:report_pdf", args=["2016"])
    waiting = client.get(address)
    assert (waiting.headers["Refresh"], "用意しています" in waiting.content.decode()) == ("10", True)
    assert "用意に1、2分かかります" in client.get(year.round.get_absolute_url()).content.decode()
    order_of_round(round_=read_whole(year.round), selection=Selection.of(PaperKind.YEARLY), by=None)
    assert make_waiting() == 1
    response = client.get(address)
    assert response.headers["Content-Type"] == "application/pdf"
    assert _taken(response).startswith(b"%PDF")
    paper = Paper.objects.get()
    assert f"{paper.pages}頁）" in client.get(year.round.get_absolute_url()).content.decode()
    year.correct("1-1-001", settlement=4321)
    assert "用意しています" in client.get(address).content.decode()


def test_a_script_that_asks_for_a_file_not_made_yet_is_told_to_come_again(client: Client) -> None:
    """Not 200: it would keep the page as a PDF. Nobody in between keeps the answer, and HEAD says the same."""
    published_year()
    for address in (reverse("progress:report_pdf", args=["2016"]), reverse("papers:plan_pdf", args=["2016"])):
        for answer in (client.get(address), client.head(address)):
            told = answer.status_code, answer.headers["Retry-After"], answer.headers["Refresh"]
            assert (*told, answer.headers["Content-Type"]) == (503, "10", "10", "text/html; charset=utf-8")
            assert "no-store" in answer.headers["Cache-Control"]
        assert client.head(address).content == b""


def test_a_file_not_made_yet_is_no_error_in_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert client.get(reverse("papers:plan_pdf", args=["2016"])).status_code == 503
    client.get(reverse("papers:plan_pdf", args=["9999"]))
    told = [(record.name, record.levelname, record.getMessage()) for record in caplog.records]
    assert [each for each in told if each[0] == "django.request"] == [
        ("django.request", "WARNING", "Not Found: /plans/9999/plan.pdf")
    ]


def test_a_public_paper_that_failed_is_made_again_after_a_rest(client: Client, ict_staff: User) -> None:
    year = published_year()
    address = reverse("progress:report_pdf", args=["2016"])

    def ordered(by: User | None = None) -> bool:
        return order_of_round(round_=read_whole(year.round), selection=Selection.of(PaperKind.YEARLY), by=by)[1]

    assert ordered()
    for rest in (10, 20, 40):
        paper = claim_next()
        assert paper is not None
        fail_paper(paper=paper)
        assert not ordered()
        resting = client.get(address)
        assert ("もう一度開いてください" in resting.content.decode(), "Refresh" in resting.headers) == (True, False)
        assert resting.status_code == 503
        assert (rest - 1) * 60 < int(resting.headers["Retry-After"]) <= rest * 60
        failed = Paper.objects.get()
        assert failed.tried_again_at is not None
        assert failed.tried_again_at - timezone.now() > datetime.timedelta(minutes=rest - 1)
        Paper.objects.update(failed_at=timezone.now() - datetime.timedelta(minutes=rest))
        assert "用意しています" in client.get(address).content.decode()
        assert ordered()
    paper = claim_next()
    assert paper is not None
    fail_paper(paper=paper)
    assert ordered(ict_staff)  # staff need not wait
    paper = claim_next()
    assert paper is not None
    finish_paper(paper=paper, pages=1, size=1, version="2017-08-04 x", shows_undecided=False)
    made = Paper.objects.get()
    assert (made.failures, made.failed_at, made.tried_again_at) == (0, None, None)


def test_the_plan_is_printed_whole(ict_staff: User, client: Client) -> None:
    program_plan = published_year().program.plan
    ordered, _ = order_of_plan(plan=program_plan, by=ict_staff)
    # Changed while the paper waits: what is printed says so.
    Revision.objects.create(
        plan=program_plan,
        kind=RevisionKind.CHANGED,
        object_type="plan.plan",
        object_id=program_plan.pk,
        title="題",
        path=program_plan.get_absolute_url(),
        made_at=timezone.now(),
    )
    assert make_waiting() == 1
    response = client.get(reverse("papers:plan_pdf", args=["2016"]))
    assert _taken(response).startswith(b"%PDF")
    paper = Paper.objects.get()
    assert (paper.pages or 0) > 40
    assert paper.content_version == plan_version(program_plan) != ordered.content_version
    assert Opened(paper.path).says_of_itself(
        title=program_plan.full_title,
        source=f"{program_plan.publisher}{program_plan.office}",
        version=paper.content_version,
        address="http://testserver/plans/2016/",
    )


def test_pages_are_valid_html(year: Year, ict_staff: User, client_of: ClientOf) -> None:
    client = client_of(ict_staff)
    paper, _ = order_of_round(
        round_=read_whole(year.round), selection=Selection.of(PaperKind.CORRECTIONS), by=ict_staff
    )
    client.post(reverse("desk:paper_choose", args=["2016"]), {**CHOSEN, "save": "1", "name": "短いもの"})
    addresses = [
        reverse("desk:papers"),
        reverse("desk:paper", args=[paper.pk]),
        reverse("desk:paper_choose", args=["2016"]),
    ]
    assert validate({address: client.get(address).content.decode() for address in addresses}) == []
