"""A paper's HTML, from its content and the templates."""

from typing import Any

from progress.enums import PaperKind
from progress.models import Paper, Round
from progress.papers.look import dressed
from progress.papers.plan_paper import plan_html
from progress.papers.report import report_of
from progress.papers.round_paper import RoundPaper, round_paper
from progress.papers.selection import Selection
from progress.papers.versions import content_version


def printed(paper: Paper) -> tuple[str, str]:
    """The HTML of an ordered paper, and the state of the content it was made of."""
    selection = Selection.from_json(paper.selection)
    if selection.kind == PaperKind.PLAN:
        return plan_html(paper.plan, paper.content_version), paper.content_version
    round_ = Round.objects.select_related("program__plan", "scale").get(papers=paper)
    report = report_of(round_)
    version = content_version(report)
    return html_of(round_paper(report, selection, version)), version


def html_of(paper: RoundPaper) -> str:
    """The whole page, styles inside."""
    return dressed("papers/round.html", context_of(paper))


def context_of(paper: RoundPaper) -> dict[str, Any]:
    return {
        "paper": paper,
        "report": paper.report,
        "title": paper.title,
        "origin": paper.origin,
        "cover": paper.selection.cover,
        "shows": {**paper.shows, "any_text": any(chapter.texts for chapter in paper.measures)},
        "keywords": f"川崎市,情報化推進プラン,{paper.report.published.year_label},評価",
        "is_landscape": paper.is_landscape,
        "is_slip": paper.is_slip,
        "is_draft": paper.is_draft,
        "is_sample": paper.report.is_sample,
    }
