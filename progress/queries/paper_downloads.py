"""The plan as a paper among the files of 資料とデータ."""

from django.urls import reverse

from plan.downloads import Download
from plan.models import Plan


def papers_offered(plan: Plan) -> list[Download]:
    """No query: the page of the paper itself says how long it is, once it is made."""
    return [
        Download(
            "プランの冊子",
            "本文、施策、図、用語の解説を、印刷に向いた1冊にまとめたものです。",
            reverse("papers:plan_pdf", args=[plan.slug]),
            "初めは用意に1、2分",
            format="PDF",
        )
    ]
