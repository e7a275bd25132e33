"""The public pages of the progress, compared with what was published."""

import csv
import datetime
import io
import re
from typing import Any
from urllib.parse import unquote

import pytest
from defusedxml import ElementTree
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from plan import actions as plan_actions
from plan.actions import revise
from plan.fiscal import date_label
from programs.models import ActionYear
from programs.queries.programs import period_of
from progress.actions.proposals import confirm
from progress.actions.publication import publish
from progress.actions.rounds import set_exception
from progress.models import Correction, NextYearProposal, Publication
from tests.plan.reading import items_of, links, main_of, part, words
from tests.programs.factories import ProgramFactory
from tests.progress.factories import opened
from tests.progress.pages import table_rows
from tests.progress.published import DONE, EXCEPTION, MEASURE_WORDS, NEXT, OUTCOME, PROBLEM, WHY, Year, published_year
from tests.test_addresses import PUBLISHED

pytestmark = pytest.mark.django_db

ACTION = "/programs/2016/actions/1-1-001/"
RESULT = "/progress/2016/actions/1-1-001/"


@pytest.fixture
def year() -> Year:
    return published_year()


def _codes(client: Client, query: str = "") -> list[str]:
    page = main_of(client.get(f"/progress/2016/actions/{query}"))
    return [row[0] for row in table_rows(page)] if "<tbody>" in page else []


def _file(client: Client, address: str) -> list[dict[str, str]]:
    content = client.get(address).content
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_year_shows_seven_measures_with_counts_ratings_and_the_legend(client: Client, year: Year) -> None:
    page = main_of(client.get("/progress/2016/"))
    rows = table_rows(page)
    assert len(rows) == 7
    assert rows[0][1:] == ["B 一定の進捗", "2", "2,000", "2,000", "1／1"]
    assert rows[1][1:] == ["未確定", "1", "1,000", "－", "－"]
    assert "達成度は、1が最もよい評価です。" in words(page)
    assert "すべての取組の達成度：2 目標を上回って達成 1件、未着手 1件、評価が未確定 1件" in page
    assert "/progress/2016/actions/?grade=undecided" in links(page)


def test_page_of_an_evaluation_tells_the_four_parts(client: Client, year: Year) -> None:
    page = main_of(client.get(RESULT))
    told = {anchor: words(part(page, anchor)) for anchor in ("plan", "do", "check", "act")}
    assert "公開するデータの拡充を2016年度に進めます。" in told["plan"]
    assert f"{DONE}を120件行いました。" in told["do"]
    assert "決算額1,000千円" in told["do"]
    assert "9月 試行の開始達成－" in told["do"].replace(" 達成 ", "達成").replace("達成 －", "達成－")
    assert [text in told["check"] for text in ("2 目標を上回って達成", WHY, OUTCOME, PROBLEM)] == [True] * 4
    assert [text in told["act"] for text in ("Ⅱ 改善しながら継続", NEXT)] == [True] * 2
    assert ACTION in links(page)


def test_exception_says_so_with_its_reason_and_shows_no_result(client: Client, year: Year) -> None:
    page = main_of(client.get("/progress/2016/actions/1-2-001/"))
    assert "公表時点で評価が確定していません" in words(page)
    assert f"理由：{EXCEPTION}" in words(page)
    assert 'id="do"' not in page
    story = words(part(main_of(client.get("/programs/2016/actions/1-2-001/")), "years"))
    assert ("公表時点で評価が確定していません。" in story, EXCEPTION in story) == (True, True)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["1-1-001", "1-1-002", "1-2-001"]),
        ("?measure=1-2", ["1-2-001"]),
        ("?grade=2", ["1-1-001"]),
        ("?grade=未着手", ["1-1-002"]),
        ("?grade=undecided", ["1-2-001"]),
        ("?outlook=Ⅱ", ["1-1-001", "1-1-002"]),
        ("?q=実績の札幌&sort=-code", ["1-1-002", "1-1-001"]),
        ("?sort=-settlement", ["1-1-001", "1-1-002", "1-2-001"]),
        ("?sort=-grade", ["1-2-001", "1-1-002", "1-1-001"]),
        ("?measure=x", []),
        ("?page=999", ["1-1-001", "1-1-002", "1-2-001"]),
    ],
)
def test_list_is_filtered_and_ordered(client: Client, year: Year, query: str, codes: list[str]) -> None:
    assert _codes(client, query) == codes


def test_file_of_the_list_is_what_is_shown(client: Client, year: Year) -> None:
    rows = _file(client, "/progress/2016/actions.csv?measure=1-1&sort=-code")
    assert [(row["取組コード"], row["達成度"], row["決算額"], row["見本データ"]) for row in rows] == [
        ("1-1-002", "未着手", "1000", "はい"),
        ("1-1-001", "2", "1000", "はい"),
    ]


def test_long_files_hold_a_value_a_row_and_a_blank_for_the_unknown(client: Client, year: Year) -> None:
    counts = [(row["指標の数"], row["目標に達した指標の数"]) for row in _file(client, "/progress/2016/actions.csv")]
    assert counts == [("1", "1"), ("0", "0"), ("", "")]  # the last is not decided
    rows = _file(client, "/progress/2016/results.csv")
    assert {row["見本データ"] for row in rows} == {"はい"}
    of_first = {(row["項目"], row["対象"]): (row["値"], row["単位"]) for row in rows if row["取組コード"] == "1-1-001"}
    assert of_first["決算額", ""] == ("1000", "千円")
    assert of_first["次年度の予算額", ""] == ("", "千円")
    assert of_first["実績値", "公開した件数"] == ("100", "件")
    of_exception = [row["項目"] for row in rows if row["取組コード"] == "1-2-001"]
    assert of_exception == ["計画", "予算額", "年度途中の計画変更", "未確定の理由"]
    told = [row["説明"] for row in _file(client, "/progress/2016/dictionary.csv") if row["列の名前"] == "版"]
    assert told == ["1は公表した当初の内容。訂正や追加公表のたびに1増えます"] * 3
    measures = _file(client, "/progress/2016/measures.csv")
    counted = {(row["施策番号"], row["対象"]): row["値"] for row in measures if row["項目"] == "達成度ごとの取組の数"}
    assert (counted["1-1", "2"], counted["1-1", "3"]) == ("1", "0")


def test_measure_page_tells_the_evaluation_and_its_actions(client: Client, year: Year) -> None:
    page = main_of(client.get("/progress/2016/measures/1-1/"))
    assert MEASURE_WORDS in words(part(page, "evaluation"))
    assert [row[0] for row in table_rows(part(page, "actions"))] == ["1-1-001", "1-1-002"]
    assert "B 一定の進捗" in words(page)
    plan_page = part(main_of(client.get("/plans/2016/measures/1-1/")), "progress")
    assert "/progress/2016/measures/1-1/" in links(plan_page)


def test_departments_keep_the_names_of_their_day(client: Client, year: Year) -> None:
    type(year.departments[0]).objects.filter(pk=year.departments[0].pk).update(name="改名した課")
    plan_actions.bump_content_version()
    page = main_of(client.get("/progress/2016/departments/"))
    assert items_of(page, "h3") == ["試験公開課", "試験窓口課"]
    code = year.departments[0].code
    of_one = main_of(client.get(f"/progress/2016/departments/{code}/"))
    assert [row[0] for row in table_rows(of_one)] == ["1-1-001", "1-1-002"]
    assert "改名した課" not in words(of_one)
    assert client.get("/progress/2016/departments/none/").status_code == 404


def test_citations_name_the_results_of_the_year_and_when_they_were_published(client: Client, year: Year) -> None:
    made_on, today = timezone.localdate(year.round.published_at), date_label(timezone.localdate())
    published, results = f"{date_label(made_on)}公表", "試験プログラム 平成28(2016)年度の取組の結果（見本データ）"
    name = "1-1-001 公開するデータの拡充の評価（平成28(2016)年度）"

    def cited(address: str) -> str:
        told: str = client.get(address).context["citation"]
        assert told.endswith(f"。http://testserver{address}（{today}閲覧）")
        return told.partition("。http")[0]

    assert cited(RESULT) == f"川崎市『{results}』「{name}」、{published}"
    assert cited("/progress/2016/") == f"川崎市『{results}』、{published}"
    assert cited("/progress/2016/actions/") == f"川崎市『{results}』「取組の一覧（平成28(2016)年度）」、{published}"
    assert cited("/progress/") == f"川崎市『川崎市情報化推進プラン（案）の進捗（見本データ）』、{published}"
    correction = year.correct("1-1-001", results="訂正した実績です。")
    corrected = f"{date_label(timezone.localdate(correction.publication.made_at))}訂正・追加"
    assert cited(RESULT) == f"川崎市『{results}』「{name}」、{published}、{corrected}"
    assert cited(f"{RESULT}first/") == f"川崎市『{results}』「{name}（公表した当初の内容）」、{published}"


def test_a_citation_names_the_correction_of_what_its_page_shows_and_no_other(client: Client, year: Year) -> None:
    public_on = timezone.localdate(year.round.published_at)
    days = [public_on + datetime.timedelta(days=number) for number in (10, 20)]
    for code, day in zip(("1-1-001", "1-1-002"), days, strict=True):
        publication = year.correct(code, results="訂正した実績です。").publication_id
        at = datetime.datetime.combine(day, datetime.time(12), tzinfo=timezone.get_current_timezone())
        Publication.objects.filter(pk=publication).update(made_at=at)
    plan_actions.bump_content_version()
    first, second = (f"、{date_label(day)}訂正・追加" for day in days)
    expected = {
        RESULT: first,
        f"{RESULT}first/": "",
        "/progress/2016/actions/1-1-002/": second,
        "/progress/2016/actions/1-2-001/": "",
        "/progress/2016/measures/1-1/": second,
        "/progress/2016/measures/1-2/": "",
        "/progress/2016/": second,
        "/progress/2016/actions/": second,
    }
    published = f"、{date_label(public_on)}公表"
    cited = {address: client.get(address).context["citation"].partition("。http")[0] for address in expected}
    assert {address: text.partition(published)[2] for address, text in cited.items()} == expected


def test_citations_of_a_programme_name_it(client: Client, year: Year) -> None:
    def cited(address: str) -> str:
        told: str = client.get(address).context["citation"]
        return told.partition("、")[0].partition("。http")[0]

    program = "川崎市『試験プログラム（見本データ）』"
    assert cited("/programs/2016/") == program
    assert cited(ACTION) == f"{program}「1-1-001 公開するデータの拡充」"
    assert cited("/programs/2016/departments/") == f"{program}「所管課ごとの取組」"


def test_next_years_plan_names_the_evaluation_it_came_from(client: Client, year: Year) -> None:
    confirm(proposal=NextYearProposal.objects.get(evaluation__action__code="1-1-001"), by=year.staff)
    years = part(main_of(client.get(ACTION)), "years")
    assert "この計画は、平成28(2016)年度の評価から作りました。" in words(years)
    assert f"{NEXT}を始めます。" in words(years)


@pytest.mark.parametrize("changed", [{"planned_work": "全区で進めます。"}, {"budget": 9}])
def test_a_plan_that_was_changed_after_it_was_taken_over_says_so(
    client: Client, year: Year, changed: dict[str, Any]
) -> None:
    confirm(proposal=NextYearProposal.objects.get(evaluation__action__code="1-1-001"), by=year.staff)
    plan = ActionYear.objects.get(action=year.actions["1-1-001"], year=2017)
    for name, value in changed.items():
        setattr(plan, name, value)
    revise(root=plan, by=year.staff, reason="予算が変わったため", expected_version=plan.version)
    years = words(part(main_of(client.get(ACTION)), "years"))
    assert "この計画は、平成28(2016)年度の評価をもとに作り、その後に変更しました。" in years
    assert "から作りました" not in years


def test_years_are_compared_and_changes_listed(client: Client, year: Year) -> None:
    published_year(year=2017, program=year.program, grade="4")
    overview = main_of(client.get("/progress/"))
    assert [row[1][:1] + row[2][:1] for row in table_rows(overview)][:1] == ["BB"]
    assert items_of(overview, "h4") == ["平成28(2016)年度", "平成29(2017)年度"]
    assert words(overview).count("取組3件のうち2件を評価、") == 2
    assert "取組2件（すべて評価）、指標1／1" in words(overview)
    assert "評価が未確定の取組の指標は、数えていません。" in words(overview)
    changes = main_of(client.get("/progress/2017/changes/"))
    assert "達成度が下がった取組 1件" in words(changes)
    assert table_rows(main_of(client.get("/progress/2017/changes/?kind=worse"))) == [
        [
            "1-1-001 公開するデータの拡充試験公開課",
            "2 目標を上回って達成 平成28(2016)年度の評価：公開するデータの拡充",
            "4 目標を下回った",
        ]
    ]
    assert "/progress/2017/actions/1-1-001/" in links(changes)
    assert "平成29(2017)年度の取組3件のうち、1件は達成度が変わっていません" in words(changes)
    for kind, code in (("same", "1-1-002"), ("undecided", "1-2-001")):
        rows = table_rows(main_of(client.get(f"/progress/2017/changes/?kind={kind}")))
        assert [row[0][:7] for row in rows] == [code]
    assert "比べる年度がありません" in words(main_of(client.get("/progress/2016/changes/")))
    story = words(part(main_of(client.get(ACTION)), "years"))
    assert ("2 目標を上回って達成" in story, "4 目標を下回った" in story) == (True, True)
    assert "平成29(2017)年度" in words(part(main_of(client.get("/")), "progress"))


def test_feed_tells_of_publications_and_corrections(client: Client, year: Year) -> None:
    year.correct("1-1-001", results="訂正した実績です。")
    response = client.get("/progress/feed.xml")
    root = ElementTree.fromstring(response.content)
    name = "{http://www.w3.org/2005/Atom}"
    entries = [
        (entry.findtext(f"{name}title"), entry.find(f"{name}link").attrib["href"])
        for entry in root.iter(f"{name}entry")
    ]
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert root.findtext(f"{name}subtitle") == "取組の結果の公表、追加公表、訂正のお知らせ"
    assert entries == [
        (
            "訂正：平成28(2016)年度の取組の結果（見本データ）のうち『1-1-001 公開するデータの拡充』",
            "http://testserver/progress/2016/actions/1-1-001/#correction-2",
        ),
        ("公表：平成28(2016)年度の取組の結果（見本データ）", "http://testserver/progress/2016/"),
    ]


def test_feed_can_be_read_whatever_stands_in_a_title(client: Client, year: Year) -> None:
    year.correct("1-1-001", results="訂正した実績です。")
    Correction.objects.update(title="窓\x0b口\ufffe")
    root = ElementTree.fromstring(client.get("/progress/feed.xml").content)
    assert "訂正：平成28(2016)年度の取組の結果（見本データ）のうち『窓口』" in [each.text for each in root.iter()]


def test_home_shows_the_newest_year_at_a_glance(client: Client, year: Year) -> None:
    glance = part(main_of(client.get("/")), "progress")
    assert len(re.findall(r'class="measure-bar ', glance)) == 7
    assert "見本データ" in words(glance)
    assert "/progress/2016/" in links(glance)


def test_without_a_published_year_the_pages_are_calm(client: Client) -> None:
    assert "公表した結果は、まだありません" in words(main_of(client.get("/progress/")))
    assert 'aria-labelledby="progress"' not in main_of(client.get("/"))
    assert client.get("/progress/2016/").status_code == 404


def test_header_leads_to_the_progress(client: Client, year: Year) -> None:
    for address in ("/progress/2016/", "/programs/2016/", RESULT):
        page = client.get(address).content.decode()
        assert re.search(r'<a href="/progress/" aria-current="true">取組と進捗</a>', page), address


def test_files_are_offered_with_the_data_of_the_plan(client: Client, year: Year) -> None:
    page = main_of(client.get("/data/"))
    files = {url for url in links(page) if url.endswith((".csv", ".xlsx", ".pdf")) and not url.startswith("/plans/")}
    assert files == {
        *(f"/programs/2016/{name}.csv" for name in ("actions", "years", "indicators")),
        *(f"/progress/2016/{name}.csv" for name in ("actions", "results", "measures", "codes", "dictionary")),
        "/progress/2016/data.xlsx",
        "/progress/2016/report.pdf",
    }
    assert "平成28(2016)年度 年次報告書（PDF、取組" in words(page)
    for address in sorted(each for each in files if each.endswith(".csv")):
        head = next(iter(_file(client, address)))
        assert [label for label in head if f'<th scope="row">{label}</th>' not in page] == [], address


def test_files_of_two_programmes_of_one_year_are_told_apart(client: Client, year: Year) -> None:
    other = opened(year.departments[0], by=year.staff)
    set_exception(evaluation=other.evaluations.get(), by=year.staff, reason="遅れています。")
    publish(round=other, by=year.staff)
    labels = re.findall(r'aria-label="([^"]*)の項目（表）"', client.get("/data/").content.decode())
    assert len(labels) == len(set(labels))
    assert f"平成28(2016)年度 評価結果（{other.program.title}）" in labels


def test_files_of_programmes_of_one_title_are_told_apart(client: Client, year: Year) -> None:
    """By their years; those of the same years by their slugs."""
    title = year.program.title
    later = ProgramFactory.create(title=title, slug="2018", start_year=2018)
    other = opened(year.departments[0], by=year.staff, program__title=title, program__slug="2016-b")
    set_exception(evaluation=other.evaluations.get(), by=year.staff, reason="遅れています。")
    publish(round=other, by=year.staff)
    labels = re.findall(r'aria-label="([^"]*)の項目（表）"', client.get("/data/").content.decode())
    assert len(labels) == len(set(labels))
    years = "平成28(2016)年度〜平成29(2017)年度"
    assert f"{title}（{period_of(later).label}） 取組一覧" in labels
    assert [f"{title}（{years}）（{slug}） 取組一覧" in labels for slug in ("2016", "2016-b")] == [True, True]
    assert f"平成28(2016)年度 評価結果（{title}（{years}）（2016-b））" in labels


def test_sample_data_is_marked_on_every_page(client: Client, year: Year) -> None:
    code = year.departments[0].code
    pages = (
        "",
        "2016/",
        "2016/measures/1-1/",
        "2016/measures/1-1/first/",
        "2016/actions/",
        "2016/actions/1-1-001/",
        "2016/actions/1-1-001/first/",
        "2016/departments/",
        f"2016/departments/{code}/",
        "2016/corrections/",
        "2016/changes/",
    )
    for page in pages:
        assert "見本データ" in words(main_of(client.get(f"/progress/{page}"))), page


def test_sitemap_lists_every_page_of_the_progress(client: Client, year: Year) -> None:
    found = re.findall(r"<loc>http://testserver(/pro[^<]*)</loc>", client.get("/sitemap.xml").content.decode())
    assert len(found) == len(set(found))
    assert [address for address in found if client.get(address).status_code != 200] == []
    pages = {name for name in PUBLISHED if not name.endswith(("_csv", "_xml", "_pdf", "_xlsx", "_first"))}
    assert {resolve(unquote(address)).view_name for address in found} == pages


def test_terms_of_an_evaluation_are_explained(client: Client, year: Year) -> None:
    year.correct("1-1-001", results="クラウドを使いました。")
    page = main_of(client.get(RESULT))
    assert re.search(r'class="term"[^>]*>クラウド</a>', part(page, "do"))
    assert set(re.findall(r'data-term="([0-9]+)"', page)) <= set(re.findall(r'id="note-term-([0-9]+)"', page))
