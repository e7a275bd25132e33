"""What stands in a paper: opened again, as made on a machine without any font."""

import contextlib
import ctypes.util
import zlib
from dataclasses import dataclass

import pydyf
import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from fontTools.ttLib import TTFont
from pytest_django import DjangoDbBlocker

from plan.fiscal import date_label
from progress.enums import Orientation, PaperKind, PaperPart
from progress.models import Round
from progress.papers.engine import (
    FONTS,
    OF_NOTES,
    NotFetched,
    _written_quickly,
    by_file_names,
    leave_out_notes,
    own_file,
    pdf_of,
)
from progress.papers.narrowing import report_for
from progress.papers.printing import html_of
from progress.papers.report import Report, report_of
from progress.papers.round_paper import RoundPaper, round_paper
from progress.papers.selection import Cover, Selection
from progress.papers.versions import content_version
from tests.progress.papers import Opened, made_without_fonts
from tests.progress.published import Year, accepted_year, published_year

pytestmark = pytest.mark.django_db  # for the fixture below: pytest-django makes the database only where a test asks
COVER = Cover("川崎市議会 総務委員会", "取組の評価について", "資料1", "平成29年8月4日", "総務企画局")


@dataclass(frozen=True)
class Papers:
    """A published year with a correction as a yearly report, and one 調書 of an open year on landscape paper."""

    report: Report
    paper: RoundPaper
    yearly: Opened
    sheet: Opened
    told: dict[PaperKind, tuple[RoundPaper, Opened]]
    """One of every kind of paper of a round, as short as it may be."""


@pytest.fixture(scope="module")
def papers(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Papers:
    folder = tmp_path_factory.mktemp("papers")
    with django_db_blocker.unblock(), transaction.atomic():
        year = published_year()
        year.correct("1-1-001", settlement=4321)
        report = report_of(Round.objects.get(pk=year.round.pk))
        paper = round_paper(report, Selection.of(PaperKind.YEARLY, cover=COVER), "2017-08-04 abc")
        yearly = html_of(paper)
        draft = accepted_year(year=2017, program=year.program)
        subject = str(draft.evaluation("1-1-001").pk)
        chosen = Selection.of(PaperKind.EVALUATION, subject, orientation=Orientation.LANDSCAPE)
        kinds = {kind: _short(year, kind) for kind in PaperKind if kind != PaperKind.PLAN}
        pages = {kind: html_of(paper) for kind, paper in kinds.items()}
        sheet = html_of(round_paper(report_of(Round.objects.get(pk=draft.round.pk)), chosen, "案 abc"))
        transaction.set_rollback(True)
    files = {kind: folder / f"short-{kind}.pdf" for kind in kinds}
    for kind, path in files.items():
        path.write_bytes(pdf_of(pages[kind], settings.PORTAL_URL).content)
    return Papers(
        report,
        paper,
        made_without_fonts(yearly, folder, "yearly"),
        made_without_fonts(sheet, folder, "sheet"),
        {kind: (kinds[kind], Opened(path)) for kind, path in files.items()},
    )


def _short(year: Year, kind: PaperKind) -> RoundPaper:
    evaluation = year.evaluation("1-1-001")
    subjects = {
        PaperKind.EVALUATION: str(evaluation.pk),
        PaperKind.DEPARTMENT: str(evaluation.department_id),
        PaperKind.MEASURE: "1-1",
    }
    chosen = {"parts": (PaperPart.COVER,), "cover": COVER} if kind in {PaperKind.COMMITTEE, PaperKind.YEARLY} else {}
    selection = Selection.of(kind, subjects.get(kind, ""), **chosen)
    report = report_for(Round.objects.get(pk=year.round.pk), selection)
    return round_paper(report, selection, content_version(report))


@pytest.mark.parametrize("kind", [kind for kind in PaperKind if kind != PaperKind.PLAN])
def test_every_kind_says_from_whom_and_when_it_is_and_where_it_stands(papers: Papers, kind: PaperKind) -> None:
    paper, opened = papers.told[kind]
    address = "http://testserver/progress/2016/"
    assert opened.says_of_itself(
        title=paper.title, source=paper.origin.source, version=paper.origin.version, address=address
    )
    assert paper.origin.version.startswith(f"{papers.report.published.changed_on:%Y-%m-%d} ")


def test_a_paper_is_tagged_and_says_what_it_is(papers: Papers) -> None:
    facts = papers.yearly.facts
    assert (facts["Tagged"], facts["Page size"]) == ("yes", "595.276 x 841.89 pts (A4)")
    assert facts["Title"] == papers.paper.title
    assert papers.paper.origin.address in facts["Subject"]
    assert "2017-08-04 abc" in facts["Subject"]
    assert b"/Lang (ja)" in papers.yearly.objects
    assert b"pdfuaid:part" in papers.yearly.objects


def test_every_paper_is_printed_with_the_font_it_brings(papers: Papers) -> None:
    for paper in (papers.yearly, papers.sheet):
        assert sorted(paper.fonts) == [("Paper", True), ("Paper-Bold", True)]


@pytest.mark.parametrize("name", ["NotoSansJP-Regular.ttf", "NotoSansJP-Bold.ttf"])
def test_the_font_has_the_signs_that_papers_use(name: str) -> None:
    with TTFont(FONTS / name) as font:
        known = font.getBestCmap()
    assert [sign for sign in "○△×●◎①⑳㈱髙﨑※→～―－･…ⅠⅥ㎡千円年度「」【】（）％" if ord(sign) not in known] == []


def test_the_parts_stand_in_their_order(papers: Papers) -> None:
    text = papers.yearly.text
    parts = ["総務委員会", "目次", "基本目標", "施策別の評価", "主な成果", "正誤表"]
    parts += ["索引（取組コード順）", "索引（所管局別）", "用語の解説"]
    places = [text.rfind(part) for part in parts]
    assert -1 not in places
    assert places[4:] == sorted(places[4:])
    whole = text[text.rfind("施策別の評価") : places[5]]
    sheets = [whole.find(f"{row.code}{row.title}") for row in papers.report.evaluations]
    assert (-1 in sheets, len(set(sheets)), sheets) == (False, len(sheets), sorted(sheets))


def test_bookmarks_are_the_lines_of_the_contents(papers: Papers) -> None:
    marks = [mark.replace(" ", "").replace("　", "") for mark in papers.yearly.bookmarks]
    lines = [entry.text.replace(" ", "").replace("　", "") for entry in papers.paper.contents]
    assert [mark for mark in marks if mark in lines] == lines


def test_numbers_are_those_of_the_report(papers: Papers) -> None:
    text, whole = papers.yearly.text, papers.report.whole
    for money in (whole.budget, whole.settlement):
        assert "".join(str(money).split()) in text
    for row in papers.report.evaluations:
        assert f"{row.code}{row.title}".replace(" ", "") in text
        if row.settlement is not None:
            assert f"決算額{row.settlement:,}千円" in text
    for result in papers.report.results:
        if result.sums.total:
            assert f"{result.sums.indicators_reached}/{result.sums.indicators_total}" in text


def test_a_correction_shows_both_and_the_sheet_the_right_one(papers: Papers) -> None:
    assert "集計の誤り" in papers.yearly.text
    assert "決算額4,321千円" in papers.yearly.text
    assert papers.yearly.text.count("公表した後に訂正または追加した内容です。") == 1
    words_of = date_label(timezone.localdate(papers.report.round.published_at))
    assert papers.yearly.text.count(f"この文章は、{words_of}に公表したときのものです。") == 1


def test_nothing_stands_outside_of_the_page(papers: Papers) -> None:
    assert papers.yearly.words_outside == []
    assert papers.sheet.words_outside == []


def test_a_sheet_before_publication_fits_a_page_and_bears_the_stamps(papers: Papers) -> None:
    assert papers.sheet.facts["Page size"] == "841.89 x 595.276 pts (A4)"
    assert int(papers.sheet.facts["Pages"]) <= 2
    assert papers.sheet.text.count("見本データ") >= 2
    assert "案" in papers.sheet.text
    assert "取扱注意" in papers.sheet.text
    assert "取扱注意" not in papers.yearly.text


def test_pages_are_told_as_the_writer_tells_them() -> None:
    pdf = pydyf.PDF()
    for _ in range(2):
        pdf.add_page(pydyf.Dictionary({"Type": "/Page"}))
        theirs = pdf.page_references
        with _written_quickly():
            assert (pdf.page_references, len(theirs)) == (theirs, len(pdf.pages["Kids"]) // 3)


def test_what_is_written_quickly_unpacks_to_the_same() -> None:
    drawn = pydyf.Stream([b"0 0 10 10 re f"] * 1000, compress=True)
    theirs = drawn.data
    with _written_quickly():
        ours = drawn.data
    assert _unpacked(ours) == _unpacked(theirs) == drawn.stream[0] + b"\n0 0 10 10 re f" * 999
    assert len(ours) < 1.1 * len(theirs)


def _unpacked(stream: bytes) -> bytes:
    return zlib.decompress(stream.partition(b"stream\n")[2].removesuffix(b"\nendstream"))


LINES = """<html lang="ja"><title>題</title>
<style>p { width: 60mm; overflow-wrap: anywhere } u { font-weight: 700 } .even { text-align: justify }</style>
<pre>一行目の文字
二行目の文字</pre><p>この計画は、<u>市民の利便性</u>を高めるため、オープンデータ（open data）を進めます。
<p class="even">This paragraph is set even on both sides, so its spaces are widened when it is drawn.
<svg xmlns="http://www.w3.org/2000/svg" width="100" height="20"><text y="15">図の中の文字</text></svg>"""


def test_lines_that_are_measured_once_are_drawn_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    from weasyprint.text.line_break import Layout

    measured: list[str] = []
    measure = Layout.setup

    def counted(line: Layout, style: object) -> None:
        measured.append("line")
        measure(line, style)

    monkeypatch.setattr(Layout, "setup", counted)
    ours, our_lines = pdf_of(LINES), len(measured)
    measured.clear()
    monkeypatch.setattr("progress.papers.engine._lines_measured_once", contextlib.nullcontext)
    assert ours == pdf_of(LINES)
    assert our_lines < len(measured)


def test_styles_of_notes_are_left_out_and_items_of_lists_keep_their_markers() -> None:
    # As `pdf_of` loads it; `leave_out_notes` has its own copy of the rules here.
    from weasyprint import CSS, HTML
    from weasyprint.html import UA, UA_COUNTER_STYLE

    matcher = CSS(string=UA, counter_style=UA_COUNTER_STYLE.copy()).matcher
    page = HTML(string="<p>文</p><ul><li>項目</li></ul>").wrapper_element

    def styled() -> dict[str, set[str | None]]:
        return {each.local_name: {rule[2] for rule in matcher.match(each)} - {None} for each in page.iter_subtree()}

    assert styled()["p"] == {"marker", *OF_NOTES}
    leave_out_notes(matcher)
    assert styled() == {"html": set(), "head": set(), "body": set(), "p": set(), "ul": set(), "li": {"marker"}}


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1/a.png", "file:///etc/passwd", "paper:fonts/../engine.py", "paper:static/../../x.svg"],
)
def test_a_paper_reads_nothing_that_is_not_ours(address: str) -> None:
    with pytest.raises(NotFetched, match=r"a.png|passwd|engine|x.svg"):
        pdf_of(f'<html lang="ja"><title>題</title><p>本文</p><img alt="" src="{address}">')
    assert own_file(address) is None


def test_a_library_without_the_usual_name_of_its_file_is_looked_up() -> None:
    """Nobody is asked first; where that does not find it, as on a machine of another kind, somebody is."""
    asked: list[str | None] = []

    def load() -> str:
        asked.append(ctypes.util.find_library("c"))
        if asked[-1] is None:
            raise OSError("cannot load library 'libc'")
        return asked[-1]

    usual = ctypes.util.find_library("c")
    assert (by_file_names(load), asked) == (usual, [None, usual])
    assert usual is not None
