"""内容の版 is one thing: in a paper and in the workbooks, printed, in their properties, in lists and on record."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import AuditKind
from accounts.models import AuditEntry, User
from progress.actions.publication import publish
from progress.enums import PaperKind, PaperPart
from progress.models import Paper, Round
from progress.papers.data_book import ABOUT
from progress.papers.making import make_waiting
from progress.papers.ordering import order_of_round
from progress.papers.report import report_of
from progress.papers.selection import Selection
from progress.papers.versions import content_version
from tests.plan.reading import words
from tests.progress import books
from tests.progress.papers import Opened
from tests.progress.published import Year, accepted_year

pytestmark = pytest.mark.django_db
# The whole round, of which the cover alone is printed.
COVER = Selection.of(PaperKind.COMMITTEE, parts=(PaperPart.COVER,))


def _told_by_files(round_: Round, by: User) -> dict[str, str]:
    """Where a file says it → what it says."""
    paper, _ = order_of_round(round_=round_, selection=COVER, by=by)
    make_waiting()
    paper.refresh_from_db()
    printed = Opened(paper.path)
    committee, data = books.opened(books.committee(round_)), books.opened(books.data(round_))
    told = {
        "paper, first page": "".join(
            re.findall(r"内容の版：(案[0-9a-f]{12}|[0-9-]{10}[0-9a-f]{12})", printed.first_page)
        ),
        "paper, properties": printed.own_facts["contentversion"],
        "paper, row": paper.content_version,
        "data, first sheet": {row["項目"]: row["内容"] for row in books.rows(data[ABOUT], 2)}["内容の版"],
    }
    for name, book in (("committee", committee), ("data", data)):
        told[f"{name}, own property"] = {each.name: each.value for each in book.custom_doc_props}["内容の版"]
        told[f"{name}, property"] = book.properties.version
    for page in committee:
        told[f"committee, {page.title}"] = page["A4"].value.partition("内容の版：")[2].partition("　")[0]
    return {place: "".join(version.split()) for place, version in told.items()}


def _told_by_the_desk(client: Client) -> list[str]:
    """The list of papers, the page of the newest one, and the record of its download."""
    paper = Paper.objects.latest("pk")
    response: Any = client.get(reverse("desk:paper_pdf", args=[paper.pk]))
    list(response.streaming_content)
    details = json.loads(AuditEntry.objects.filter(kind=AuditKind.EXPORTED).latest("number").details)
    pages = [reverse("desk:papers"), reverse("desk:paper", args=[paper.pk])]
    return [*(words(client.get(page).content.decode()) for page in pages), details["条件"]]


def test_every_file_of_a_round_names_its_content_alike(ict_staff: User, client_of: Callable[[Any], Client]) -> None:
    year: Year = accepted_year()

    def version() -> str:
        """What everything says of the state of now."""
        round_ = Round.objects.for_reports().get(pk=year.round.pk)
        expected = content_version(report_of(round_))
        told = _told_by_files(round_, ict_staff)
        assert told == dict.fromkeys(told, "".join(expected.split()))
        assert len(told) == 15
        assert [expected in text for text in _told_by_the_desk(client_of(ict_staff))] == [True] * 3
        return expected

    draft = version()
    publish(round=year.round, by=year.staff)
    published = version()
    year.correct("1-1-001", settlement=4321)
    versions = [draft, published, version()]
    assert (len(set(versions)), [each.startswith("案 ") for each in versions]) == (3, [True, False, False])
