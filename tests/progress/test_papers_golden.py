"""Chosen pages of a paper look as they were approved: pictures compared with tolerance.

When a page is meant to look different, look at the picture that the failure names and copy it to `golden/`.
"""

import datetime
from pathlib import Path

import pytest
import time_machine
from django.db import transaction
from PIL import Image, ImageChops, ImageFilter
from pytest_django import DjangoDbBlocker

from progress.enums import PaperKind
from progress.models import Round
from progress.papers.printing import html_of
from progress.papers.report import report_of
from progress.papers.round_paper import round_paper
from progress.papers.selection import Cover, Selection
from tests.progress.papers import Opened, made_without_fonts
from tests.progress.published import published_year

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden"
COVER = Cover("川崎市議会 総務委員会", "取組の評価について", "資料1", "平成29年8月4日", "総務企画局")
MADE_AT = datetime.datetime(2017, 8, 4, 0, 0, tzinfo=datetime.UTC)
PAGES = {"cover": 1, "contents": 2, "overview": 3, "measure": 5, "sheet": 6}
# Of 255 shades, how far one may be off before a dot counts; of the dots, how many may count.
SHADES, DOTS = 24, 0.001


@pytest.fixture(scope="module")
def committee(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Opened:
    """The committee's paper of a small year, on the day it met."""
    with django_db_blocker.unblock(), transaction.atomic():
        year = published_year()
        with time_machine.travel(MADE_AT, tick=False):
            report = report_of(Round.objects.get(pk=year.round.pk))
            html = html_of(round_paper(report, Selection.of(PaperKind.COMMITTEE, cover=COVER), "2017-08-04 abc"))
        transaction.set_rollback(True)
    return made_without_fonts(html, tmp_path_factory.mktemp("golden"), "committee")


def differing(one: Image.Image, other: Image.Image) -> float:
    """The share of dots that differ so much that one sees it; all of them where the sizes differ."""
    if one.size != other.size:
        return 1.0
    # Slightly blurred: a hair's breadth between two versions of the renderer is no difference.
    soft = [picture.convert("L").filter(ImageFilter.GaussianBlur(1)) for picture in (one, other)]
    counts = ImageChops.difference(*soft).histogram()
    return sum(counts[SHADES:]) / sum(counts)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_looks_as_it_was_approved(committee: Opened, name: str) -> None:
    seen = committee.picture(PAGES[name])
    with Image.open(seen) as now, Image.open(GOLDEN / f"{name}.png") as approved:
        share = differing(now, approved)
    assert share <= DOTS, f"{name}: {share:.2%} of the page differ; look at {seen}"


def test_a_line_that_is_lost_or_moved_is_seen(committee: Opened) -> None:
    with Image.open(committee.picture(PAGES["sheet"])) as page:
        page.load()
    white = Image.new("L", (page.width // 3, 8), 255)
    lost = page.copy()
    lost.paste(white, (page.width // 4, page.height // 10))
    moved = ImageChops.offset(page, 0, 4)
    assert differing(page, page.copy()) == 0
    assert differing(page, lost) > DOTS
    assert differing(page, moved) > DOTS
