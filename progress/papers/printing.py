"""A paper's HTML, from its content and the templates."""

from typing import Any

from django.template.loader import render_to_string

from progress.papers.round_paper import RoundPaper


def html_of(paper: RoundPaper) -> str:
    """The whole page, styles inside."""
    return render_to_string("papers/round.html", context_of(paper))


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
        "is_draft": paper.is_draft,
        "is_sample": paper.report.is_sample,
    }
