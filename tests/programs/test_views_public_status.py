"""The list of a programme where the 状況 asked for finds nothing."""

import pytest
from django.test import Client

from tests.plan.reading import links, main_of, words
from tests.progress.published import accepted_year, published_year

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("?status=2&year=2017", "平成29(2017)年度の結果はまだ公表していないため、状況でしぼり込めません。年度か状況の"),
        ("?status=9", "選ばれた状況は、平成28(2016)年度の評価の区分にありません。状況を選び直してください。"),
        ("?status=none&measure=1-1", "条件に合う取組は、どれも平成28(2016)年度の評価があります。状況の"),
        ("?status=none&q=録画", "条件に合う取組は、どれも平成28(2016)年度の評価があります。状況の"),
        ("?status=none&measure=3-2", "条件を減らすか、言葉を短くしてください。"),
        ("?status=none&department=nobody", "条件を減らすか、言葉を短くしてください。"),
        ("?status=none&q=xyz", "条件を減らすか、言葉を短くしてください。"),
        ("?status=2&q=録画", "条件を減らすか、言葉を短くしてください。"),
    ],
)
def test_a_status_that_finds_nothing_says_why_and_the_way_to_the_progress_stays(
    client: Client, query: str, reason: str
) -> None:
    published_year()
    page = main_of(client.get(f"/programs/2016/{query}"))
    assert ("0件の取組が条件に合いました" in words(page), reason in words(page)) == (True, True)
    assert "/progress/" in links(page)


def test_of_a_programme_without_published_years_a_status_says_so(client: Client) -> None:
    accepted_year()
    page = words(main_of(client.get("/programs/2016/?status=2")))
    assert "このプログラムの結果はまだ公表していないため、状況でしぼり込めません。状況の条件を外してください。" in page
