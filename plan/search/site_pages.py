"""The pages about the site itself: few and fixed, so they are compared here and not in the index."""

from dataclasses import dataclass

from django.urls import reverse

from plan.models import Plan


@dataclass(frozen=True)
class SitePage:
    """A page beside the plan's text; `text` says in one line what stands there."""

    title: str
    path: str
    text: str


def site_pages(plan: Plan) -> list[SitePage]:
    """The pages about the site and the lists of `plan`, in the order they are shown."""
    slug = [plan.slug]
    return [
        SitePage(
            "このサイトについて",
            reverse("plan:about"),
            "サイトの目的、文章の出典、利用の条件、クッキーと個人情報の扱い、問い合わせ先です。",
        ),
        SitePage(
            "ウェブアクセシビリティ方針",
            reverse("plan:accessibility"),
            "目標とする規格（JIS X 8341-3、WCAG）、試験の状況、できていないこと、困ったときの連絡先です。",
        ),
        SitePage(
            "資料とデータ",
            reverse("plan:data"),
            "オープンデータとして使えるCSVファイルのダウンロードと、項目の説明です。",
        ),
        SitePage("サイトマップ", reverse("plan:sitemap"), "公開しているすべてのページの一覧です。"),
        SitePage(
            "改定履歴", reverse("plan:revisions", args=slug), "公開した文章を、いつ、どこを、なぜ変えたかの一覧です。"
        ),
        SitePage(
            "読み取りの修正",
            reverse("plan:mendings", args=slug),
            "原資料を文字にしたときの誤りと、直した箇所、そのままにした箇所の一覧です。",
        ),
    ]
