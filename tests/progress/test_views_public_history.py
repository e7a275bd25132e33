"""公表・訂正の記録: every 公表, 追加公表 and 訂正 of all years on one page."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from plan.fiscal import date_label
from progress.actions.corrections import correct_measure
from progress.enums import PublicationKind
from progress.forms.rounds import RoundForm
from progress.models import Correction, MeasureEvaluation, Publication
from progress.models.round import RESERVED_SLUG
from tests.plan.reading import links, main_of, words
from tests.progress.factories import RoundFactory
from tests.progress.published import Year, accepted_year, published_year

pytestmark = pytest.mark.django_db

ADDRESS = "/progress/history/"
OF_YEAR = "平成28(2016)年度の取組の結果（見本データ）"


@pytest.fixture
def year() -> Year:
    return published_year()


def _entries(page: str) -> list[tuple[str, str]]:
    """(title, address) of each entry."""
    heads = re.findall(r'<h2 class="revision-title">(.*?)</h2>', page, re.DOTALL)
    return [(words(head), links(head)[0]) for head in heads]


def test_the_record_tells_of_every_publication_and_correction_newest_first(client: Client, year: Year) -> None:
    year.correct("1-1-001", reason="件数の数え間違い", settlement=900)
    written = MeasureEvaluation.objects.get(round=year.round, measure__policy__number=1, measure__number=1)
    correct_measure(
        evaluation=written,
        values={"reason": "直した理由です。"},
        by=year.staff,
        reason="当てはめの誤り",
        expected_version=written.version,
    )
    page = main_of(client.get(ADDRESS))
    assert _entries(page) == [
        (f"{OF_YEAR}のうち『{written.measure}』", "/progress/2016/measures/1-1/#correction-3"),
        (f"{OF_YEAR}のうち『1-1-001 公開するデータの拡充』", "/progress/2016/actions/1-1-001/#correction-2"),
        (OF_YEAR, "/progress/2016/"),
    ]
    assert re.findall("理由：(.*?)</p>", page.replace("</strong>", "")) == ["当てはめの誤り", "件数の数え間違い"]
    kinds = re.findall(r'class="badge [^"]*"[^>]*>([^<]*)<', page)
    assert kinds == ["訂正", "訂正", "公表"]
    assert words(page).endswith(f"このページの最終更新日：{date_label(timezone.localdate())}")


def test_each_entry_leads_to_a_place_that_is_there(client: Client, year: Year) -> None:
    year.correct("1-1-001", settlement=900)
    (_, address), _ = _entries(main_of(client.get(ADDRESS)))
    page, _, anchor = address.partition("#")
    assert f'id="{anchor}"' in main_of(client.get(page))


def test_fifty_a_page(client: Client, year: Year) -> None:
    for number in range(2, 53):
        publication = Publication.objects.create(
            round=year.round, number=number, kind=PublicationKind.CORRECTION, made_at=timezone.now(), by=year.staff
        )
        Correction.objects.create(
            publication=publication, evaluation=year.evaluation("1-1-001"), title=f"{number}番", path="/", reason="誤り"
        )
    first, second = main_of(client.get(ADDRESS)), main_of(client.get(f"{ADDRESS}?page=2"))
    assert "<p>52件</p>" in first
    assert [title for title, _ in _entries(first)] == [f"{OF_YEAR}のうち『{number}番』" for number in range(52, 2, -1)]
    assert [title for title, _ in _entries(second)] == [f"{OF_YEAR}のうち『2番』", OF_YEAR]


def test_nothing_is_told_of_a_year_that_is_not_published(client: Client) -> None:
    made = accepted_year()
    Publication.objects.create(
        round=made.round, number=1, kind=PublicationKind.FIRST, made_at=timezone.now(), by=made.staff
    )
    page = main_of(client.get(ADDRESS))
    assert "公表した結果は、まだありません" in words(page)
    assert (_entries(page), "最終更新日" in page) == ([], False)


def test_the_record_and_the_history_of_the_plan_lead_to_each_other(client: Client, year: Year) -> None:
    assert "/plans/2016/revisions/" in links(main_of(client.get(ADDRESS)))
    for address in ("/plans/2016/revisions/", "/progress/", "/progress/2016/corrections/", "/", "/sitemap/"):
        assert ADDRESS in links(main_of(client.get(address))), address
    assert ADDRESS in links(main_of(client.get("/search/?q=公表・訂正の記録")))
    assert "/plans/2016/revisions/" in links(main_of(client.get("/search/?q=改定履歴")))
    assert f"<loc>http://testserver{ADDRESS}</loc>" in client.get("/sitemap.xml").content.decode()


def test_a_new_correction_shows_at_once(client: Client, year: Year) -> None:
    assert len(_entries(main_of(client.get(ADDRESS)))) == 1
    year.correct("1-1-001", settlement=900)
    assert len(_entries(main_of(client.get(ADDRESS)))) == 2


def test_no_year_takes_the_address_of_the_record() -> None:
    round_ = RoundFactory.create(slug="2016")
    round_.slug = "history"
    with pytest.raises(ValidationError, match="このアドレスは、ほかのページのアドレスです。"):
        round_.validate_constraints()
    with pytest.raises(IntegrityError, match="round_slug_free"), transaction.atomic():
        round_.save()
    form = RoundForm({"slug": "history"})
    assert [form.errors["slug"], form.non_field_errors()] == [[RESERVED_SLUG], []]
