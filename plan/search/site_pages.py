"""The pages about the site itself: few and fixed, so they are listed and not in the index."""

from django.urls import reverse

from plan.enums import DocumentKind
from plan.models import Plan
from plan.search.listed import ListedPage, register_list


def site_pages(plan: Plan) -> list[ListedPage]:
    """The pages about the site and the lists of `plan`, in the order they are shown."""
    slug = [plan.slug]
    return [
        ListedPage(
            "このサイトについて",
            reverse("plan:about"),
            "サイトの目的、文章の出典、利用の条件、クッキーと個人情報の扱い、問い合わせ先です。",
        ),
        ListedPage(
            "ウェブアクセシビリティ方針",
            reverse("plan:accessibility"),
            "目標とする規格（JIS X 8341-3、WCAG）、試験の状況、できていないこと、困ったときの連絡先です。",
        ),
        ListedPage(
            "資料とデータ",
            reverse("plan:data"),
            "オープンデータとして使えるCSVファイルのダウンロードと、項目の説明です。",
        ),
        ListedPage("サイトマップ", reverse("plan:sitemap"), "公開しているすべてのページの一覧です。"),
        ListedPage(
            "改定履歴", reverse("plan:revisions", args=slug), "公開した文章を、いつ、どこを、なぜ変えたかの一覧です。"
        ),
        ListedPage(
            "読み取りの修正",
            reverse("plan:mendings", args=slug),
            "原資料を文字にしたときの誤りと、直した箇所、そのままにした箇所の一覧です。",
        ),
    ]


def register_site_pages() -> None:
    register_list(DocumentKind.SITE, site_pages)
