"""A paper's HTML, from its content and the templates."""

from dataclasses import dataclass
from typing import Any

from progress.enums import PaperKind
from progress.models import Paper, Round
from progress.papers.look import dressed
from progress.papers.narrowing import report_for
from progress.papers.plan_paper import plan_html
from progress.papers.round_paper import RoundPaper, round_paper
from progress.papers.selection import Selection
from progress.papers.versions import content_version, plan_version


@dataclass(frozen=True)
class Printed:
    """The HTML of an ordered paper, and the state of the content it was made of."""

    html: str
    version: str
    shows_undecided: bool = False


def printed(paper: Paper) -> Printed:
    """What is to be typeset, of the content as it is now."""
    selection = Selection.from_json(paper.selection)
    if selection.kind == PaperKind.PLAN:
        version = plan_version(paper.plan)
        return Printed(plan_html(paper.plan, version), version)
    round_ = Round.objects.for_reports().get(papers=paper)
    report = report_for(round_, selection)
    version = content_version(report)
    return Printed(html_of(round_paper(report, selection, version)), version, report.shows_undecided)


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
        "shows_undecided": paper.report.shows_undecided,
    }
