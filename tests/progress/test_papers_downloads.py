"""Links to papers, whatever happens to the file, the release or the content behind them, and however they are asked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import AuditKind
from accounts.models import AuditEntry, User
from progress.actions.papers import release_paper
from progress.actions.rounds import release_to_committee, withdraw_from_committee
from progress.enums import PaperKind, PaperState
from progress.models import Paper
from progress.papers.selection import Selection
from tests.progress.papers import NOT_TYPESET, made_paper
from tests.progress.published import Year, accepted_year, published_year

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]


@pytest.fixture
def year() -> Year:
    return accepted_year()


@pytest.fixture
def files_vanish(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file of a paper is removed after it was looked for and before it is opened."""
    opened = Path.open

    def vanish(path: Path, mode: str = "r", **options: Any) -> Any:
        if (path.suffix, mode) == (".pdf", "rb"):
            path.unlink()
        return opened(path, mode, **options)

    monkeypatch.setattr(Path, "open", vanish)


def _pdf(paper: Paper) -> str:
    return reverse("desk:paper_pdf", args=[paper.pk])


def _page(paper: Paper) -> str:
    return reverse("desk:paper", args=[paper.pk])


def _content(response: Any) -> bytes:
    """Read to its end, the test client closes the file."""
    return b"".join(response.streaming_content)


def test_a_file_that_goes_while_it_is_asked_for_can_be_made_anew(
    year: Year, ict_staff: User, committee_viewer: User, client_of: ClientOf, files_vanish: None
) -> None:
    release_to_committee(round=year.round, by=ict_staff)
    again, told = "いまの内容で作り直す", []
    for key, person in (("a", ict_staff), ("b", committee_viewer)):
        paper = made_paper(year, key, released_at=timezone.now())
        response = client_of(person).get(_pdf(paper), follow=True)
        shown = response.content.decode()
        assert (response.redirect_chain, response.status_code) == ([(_page(paper), 302)], 200)
        told.append(("ファイルは削除済みです。" in shown, again in shown))
        assert ("ICT推進課に作り直しを依頼してください" in shown) == (person is committee_viewer)
    assert told == [(True, True), (True, False)]
    assert not AuditEntry.objects.filter(kind=AuditKind.EXPORTED).exists()


def test_the_publics_file_that_goes_while_it_is_asked_for_is_made_again(client: Client, files_vanish: None) -> None:
    year = published_year()
    made_paper(year, "yearly", 0, Selection.of(PaperKind.YEARLY))
    response = client.get(reverse("progress:report_pdf", args=["2016"]))
    assert "用意しています" in response.content.decode()
    assert response.headers["Refresh"] == "10"


def test_a_paper_that_is_not_made_yet_leads_to_its_page(year: Year, ict_staff: User, client_of: ClientOf) -> None:
    paper = made_paper(year, "waiting")
    Paper.objects.update(state=PaperState.WAITING)
    response = client_of(ict_staff).get(_pdf(paper), follow=True)
    assert (response.redirect_chain, "作成しています。" in response.content.decode()) == ([(_page(paper), 302)], True)
    assert response.headers["Refresh"] == "3"


def test_who_asks_for_a_part_or_by_what_they_hold_gets_the_whole_file(
    year: Year, ict_staff: User, client_of: ClientOf, client: Client
) -> None:
    """Nothing is promised (no Accept-Ranges, no ETag), so whoever asks that way gets all of it; HEAD tells its size."""
    published = published_year(year=2017, program=year.program)
    made_paper(published, "yearly", 0, Selection.of(PaperKind.YEARLY))
    asked = [
        (client_of(ict_staff), _pdf(made_paper(year, "ours"))),
        (client, reverse("progress:report_pdf", args=["2017"])),
    ]
    for person, address in asked:
        for headers in (
            {"Range": "bytes=0-1"},
            {"Range": "bytes=2-1,9999999999-"},
            {"If-None-Match": '"x"'},
            {"If-None-Match": "*"},
            {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        ):
            whole = person.get(address, headers=headers)
            assert (whole.status_code, _content(whole)) == (200, NOT_TYPESET), headers
            assert [whole.has_header(name) for name in ("Accept-Ranges", "ETag", "Content-Range")] == [False] * 3
        head = person.head(address)
        assert (head.status_code, head.headers["Content-Length"], _content(head)) == (200, "4", b"")
        assert head.headers["Content-Type"] == "application/pdf"


def test_links_of_the_committee_end_with_the_release_of_the_round(
    year: Year, ict_staff: User, committee_viewer: User, client_of: ClientOf
) -> None:
    paper, viewer = made_paper(year, "paper"), client_of(committee_viewer)
    links = [
        _pdf(paper),
        reverse("desk:paper", args=[paper.pk]),
        reverse("desk:committee_round", args=["2016"]),
        reverse("desk:committee_measure", args=["2016", "1-1"]),
        reverse("desk:committee_xlsx", args=["2016"]),
    ]

    def statuses() -> list[int]:
        answers = [viewer.get(link) for link in links]
        for answer in answers:
            answer.getvalue()  # the whole of a file, which is closed then
        return [answer.status_code for answer in answers]

    assert statuses() == [404] * 5
    release_to_committee(round=year.round, by=ict_staff)
    release_paper(paper=paper, by=ict_staff)
    assert statuses() == [200, 200, 200, 200, 404]  # an undecided 調書 stands in the workbook
    withdraw_from_committee(round=year.round, by=ict_staff)
    assert statuses() == [404] * 5
    assert _content(client_of(ict_staff).get(links[0])) == NOT_TYPESET  # who keeps it still has it


def test_what_the_committee_was_given_stays_as_it_was_when_the_year_is_corrected(
    ict_staff: User, committee_viewer: User, client_of: ClientOf, client: Client
) -> None:
    """It met about that paper. The public's address, which names no version, never gives the one before."""
    year = published_year()
    release_to_committee(round=year.round, by=ict_staff)
    given = made_paper(year, "given")
    release_paper(paper=given, by=ict_staff)
    made_paper(year, "yearly", 0, Selection.of(PaperKind.YEARLY))
    public = reverse("progress:report_pdf", args=["2016"])
    assert _content(client.get(public)) == NOT_TYPESET
    year.correct("1-1-001", settlement=4321)
    assert _content(client_of(committee_viewer).get(_pdf(given))) == NOT_TYPESET
    assert "用意しています" in client.get(public).content.decode()
