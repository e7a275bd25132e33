"""The plan as a paper among the files of 資料とデータ."""

from django.urls import reverse

from accounts.csv_export import size_label
from plan.downloads import Download
from plan.models import Plan
from progress.queries.papers import plan_changed_at, plan_paper, usable


def papers_offered(plan: Plan) -> list[Download]:
    """Two queries."""
    paper = usable(plan_paper(plan), plan_changed_at(plan))
    is_there = paper is not None and paper.is_made
    size = f"{size_label(paper.size or 0)}、{paper.pages}頁" if paper is not None and is_there else "用意に1、2分"
    return [
        Download(
            "プランの冊子",
            "本文、施策、図、用語の解説を、印刷に向いた1冊にまとめたものです。",
            reverse("papers:plan_pdf", args=[plan.slug]),
            size,
            format="PDF",
        )
    ]
