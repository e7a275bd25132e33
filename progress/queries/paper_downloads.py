"""The plan as a paper among the files of 資料とデータ."""

from django.urls import reverse

from plan.downloads import Download
from plan.models import Plan


def papers_offered(plan: Plan) -> list[Download]:
    """No query: the page that lists the files has none to spare, so the size is said in words."""
    return [
        Download(
            "プランの冊子",
            "本文、施策、図、用語の解説を、印刷に向いた1冊にまとめたものです。用意に1、2分かかることがあります。",
            reverse("papers:plan_pdf", args=[plan.slug]),
            "約50頁、1MB以内",
            format="PDF",
        )
    ]
