"""資料とデータ, and the files themselves read back."""

import csv
import io
import re

import pytest
from django.test import Client

from plan import downloads, exports
from plan.downloads import Download
from plan.models import DirectionItem, Plan, Term
from plan.text.markup import plain
from tests.plan.reading import links, main_of, words
from tests.plan.second_plan import make_plan

pytestmark = pytest.mark.django_db


def _rows(client: Client, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_structure_holds_every_item_of_the_plan(client: Client) -> None:
    rows = _rows(client, "/plans/2016/structure.csv")
    items = DirectionItem.objects.filter(direction__measure__policy__plan__slug="2016").order_by(
        "direction__measure__policy__number", "direction__measure__number", "direction__number", "position"
    )
    assert [(row["基本方向番号"], row["項目番号"], row["項目"]) for row in rows] == [
        (item.direction.code, str(item.position), plain(item.text)) for item in items
    ]
    assert len(rows) == 62


def test_structure_keeps_what_has_nothing_below_it(client: Client) -> None:
    plan = make_plan()
    plan.policies.create(number=2, title="まだ施策のない基本施策")
    assert _rows(client, "/plans/2021/structure.csv")[-1] == {
        "基本施策番号": "2",
        "基本施策": "まだ施策のない基本施策",
        "施策番号": "",
        "施策": "",
        "基本方向番号": "",
        "基本方向": "",
        "項目番号": "",
        "項目": "",
    }


def test_glossary_file_holds_every_term(client: Client) -> None:
    rows = _rows(client, "/plans/2016/glossary.csv")
    terms = Term.objects.filter(plan__slug="2016").order_by("number")
    assert [(row["番号"], row["用語"], row["よみ"]) for row in rows] == [
        (str(term.number), term.name, term.reading) for term in terms
    ]


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_can_be_run_by_a_spreadsheet(client: Client, beginning: str) -> None:
    plan = Plan.objects.get(slug="2016")
    Term.objects.create(plan=plan, number=99, name=f"{beginning}HYPERLINK(1)", reading="ん", explanation="見本")
    name = _rows(client, "/plans/2016/glossary.csv")[-1]["用語"]
    assert not name.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_every_column_of_every_file_is_explained() -> None:
    unexplained = [column.label for export in exports.EXPORTS for column in export.columns if not column.meaning]
    assert unexplained == []


def test_every_file_is_offered_with_its_true_size(client: Client) -> None:
    page = main_of(client.get("/data/"))
    files = [url for url in links(page) if url.endswith(".csv")]
    sizes = re.findall(r"（CSV、([^）]*)）", words(page))
    assert len(files) == len(sizes) > 10
    actual = []
    for url in files:
        size = len(client.get(url).content)
        actual.append(f"{size / 1024:.1f}KB" if size >= 1024 else f"{size}バイト")
    assert sizes == actual


def test_files_of_later_apps_are_offered_and_explained_with_the_plans(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offer(plan: Plan) -> list[Download]:
        columns = (exports.DescribedColumn("取組番号", str, "取組の番号"),)
        return [Download("取組の一覧", "1行が1取組です。", f"/programs/{plan.slug}.xlsx", "9.8KB", columns, "Excel")]

    monkeypatch.setattr(downloads, "FURTHER", [])
    downloads.register_downloads(offer)
    page = main_of(client.get("/data/"))
    assert "/programs/2016.xlsx" in links(page)
    shown = words(page)
    assert [shown.count(text) for text in ("取組の一覧（Excel、9.8KB）", "1行が1取組です。", "取組の番号")] == [1, 1, 1]


def test_files_of_another_plan_are_chosen_by_its_address(client: Client) -> None:
    make_plan()
    files = [url for url in links(main_of(client.get("/data/?plan=2021"))) if url.endswith(".csv")]
    assert {url.split("/")[2] for url in files} == {"2021"}


@pytest.mark.parametrize("name", ["structure.csv", "glossary.csv", "periods.csv"])
def test_files_of_an_unpublished_plan_are_unknown(client: Client, name: str) -> None:
    make_plan(is_published=False)
    assert client.get(f"/plans/2021/{name}").status_code == 404


def test_without_any_plan_the_page_says_so(client: Client) -> None:
    Plan.objects.update(is_current=False, is_published=False)
    assert "公開しているデータは、まだありません" in words(main_of(client.get("/data/")))
