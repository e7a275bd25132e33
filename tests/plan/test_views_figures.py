"""Pages of figures, surveys and periods, on the plan of 2016 and on rows made to break them."""

import csv
import io
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from plan.enums import FigureState, Relation, Unit
from plan.models import Answer, Figure, FigureValue, Plan, Question, RelatedPlan
from plan.queries.figures import drawable_figures, figure_content

pytestmark = pytest.mark.django_db

BASE = "/plans/2016"
SVG = re.compile(r'<svg class="drawing".*?\n</svg>', re.DOTALL)
DRAWN = (FigureState.VALUES, FigureState.STRUCTURE)
FIGURES_BY_STATE = {"values": 13, "structure": 15, "text": 1, "lost": 11, "missing": 2}
HOSTILE = "<script>alert(1)</script>&\"'"


@pytest.fixture
def plan() -> Plan:
    return Plan.objects.get(slug="2016")


def page(client: Client, path: str) -> str:
    response = client.get(f"{BASE}{path}")
    assert response.status_code == 200, path
    return response.content.decode()


def drawing(html: str) -> ElementTree.Element:
    (svg,) = SVG.findall(html)
    return ElementTree.fromstring(svg)  # noqa: S314  # our own page, not somebody else's file


def texts(svg: ElementTree.Element, css_class: str) -> list[str]:
    return [each.text or "" for each in svg.iter("text") if each.get("class", "").split()[:1] == [css_class]]


def cells(html: str) -> list[list[str]]:
    (body,) = re.findall(r"<tbody>(.*?)</tbody>", html, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)]


def csv_rows(client: Client, path: str) -> list[dict[str, str]]:
    response = client.get(f"{BASE}{path}")
    assert response.status_code == 200, path
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_list_shows_all_captions_and_the_two_missing_numbers(client: Client, plan: Plan) -> None:
    html = page(client, "/figures/")
    numbers = re.findall(r'class="figure-row" id="figure-([0-9-]+)"', html)
    assert numbers == list(plan.figures.order_by("position").values_list("number", flat=True))
    assert "図40点、欠番2点を表示しています。" in html
    assert numbers[numbers.index("2-7") : numbers.index("2-10")] == ["2-7", "2-8", "2-9"]


def test_the_list_counts_how_the_figures_are_kept(client: Client) -> None:
    listed = client.get(f"{BASE}/figures/").context["listed"]
    assert {count.state: count.count for count in listed.counts} == FIGURES_BY_STATE


@pytest.mark.parametrize(
    ("query", "chosen", "count"), [("3", "3", 5), ("4", "4", 7), ("", "", 42), ("9", "", 42), ("<x>", "", 42)]
)
def test_the_list_can_be_narrowed_to_a_chapter(client: Client, query: str, chosen: str, count: int) -> None:
    listed = client.get(f"{BASE}/figures/", {"chapter": query}).context["listed"]
    assert (listed.chosen, sum(len(group.figures) for group in listed.shown)) == (chosen, count)
    assert [group.number for group in listed.chapters] == ["1", "2", "3", "4", "5"]


def test_every_figure_has_a_page_that_draws_it_or_says_why_not(client: Client, plan: Plan) -> None:
    for figure in plan.figures.all():
        html = page(client, f"/figures/{figure.number}/")
        assert f'<figure class="figure" id="figure-{figure.number}">' in html
        assert figure.get_state_display() in html
        assert len(SVG.findall(html)) == int(figure.state in DRAWN), figure.number
        assert ("この図は収録していません" in html) == (figure.state == FigureState.LOST), figure.number
        assert ("原資料に見出しがありません" in html.split("編集注")[0]) == (figure.state == FigureState.MISSING)


def test_every_drawing_is_well_formed_and_named(client: Client, plan: Plan) -> None:
    for figure in plan.figures.filter(state__in=DRAWN):
        html = page(client, f"/figures/{figure.number}/")
        svg = drawing(html)
        ids = [element.get("id") for element in svg.iter() if element.get("id")]
        assert svg.get("role") == "img"
        assert (svg.get("aria-labelledby"), svg.get("aria-describedby")) == tuple(ids[:2])
        assert [element.tag for element in svg][:2] == ["title", "desc"]
        assert svg.findtext("title") == figure.caption
        assert len(svg.findtext("desc") or "") > 20
        assert [element for element in svg.iter() if element.get("style")] == []
        assert len(re.findall(r'id="([^"]+)"', html)) == len(set(re.findall(r'id="([^"]+)"', html)))


def test_drawing_table_and_file_show_the_same_values(client: Client, plan: Plan) -> None:
    drawn = drawable_figures(plan).filter(state=FigureState.VALUES)
    assert drawn.count() == FIGURES_BY_STATE["values"]
    for figure in drawn:
        html = page(client, f"/figures/{figure.number}/")
        rows = csv_rows(client, f"/figures/{figure.number}.csv")
        stored = [each.value for each in figure.values.all()]
        if figure.question and not stored:
            stored = [each.value for each in figure.question.answers.all()]
        assert [Decimal(row["値"]) for row in rows] == stored
        in_file = [row["値"] + row["単位"] + row["値の種類"].replace("ちょうど", "") for row in rows]
        assert texts(drawing(html), "value") == in_file
        assert cells(html) == [[row["項目"], value] for row, value in zip(rows, in_file, strict=True)]


def test_values_are_written_as_the_plan_writes_them(client: Client) -> None:
    def written(number: str) -> list[str]:
        return [row[1] for row in cells(page(client, f"/figures/{number}/"))]

    assert written("2-3") == ["1.7%", "29.6%"]
    assert written("2-5") == ["9.3倍"]
    assert written("2-10") == ["60%超"]
    assert written("2-15") == ["30.0%"]
    assert written("2-20") == ["18件", "16件", "15件"]


def test_a_lower_limit_is_hatched_and_said_in_words(client: Client) -> None:
    html = page(client, "/figures/2-10/")
    (bound,) = [rect for rect in drawing(html).iter("rect") if rect.get("class") == "bar-bound"]
    assert (bound.get("fill"), bound.get("width")) == ("url(#figure-2-10-hatch)", "48.0%")
    assert "本文に記載された下限だけを作図しています。" in html


def test_the_time_chart_marks_what_is_estimated(client: Client, plan: Plan) -> None:
    html = page(client, "/figures/1-2/")
    rows = csv_rows(client, "/figures/1-2.csv")
    estimated = [row for row in rows if "推定" in {row["開始年度の推定"], row["終了年度の推定"]}]
    svg = drawing(html)
    assert len(estimated) == plan.related_plans.filter(is_estimated=True).count() == 5
    assert len([rect for rect in svg.iter("rect") if rect.get("class") == "period-estimated"]) == len(estimated)
    assert [rect.get("class") for rect in svg.iter("rect")].count("period period-self") == 1
    labels = "".join(texts(svg, "label"))
    assert [labels.count(f"（{words}推定）") for words in ("", "開始は", "終了は")] == [2, 2, 1]


def test_of_an_estimated_period_the_years_in_the_plans_words_are_certain(client: Client) -> None:
    shown = {row[0]: row[1:3] for row in cells(page(client, "/figures/1-2/"))}
    assert shown["新たな総合計画 基本計画"] == ["平成28(2016)年度", "令和7(2025)年度（推定）"]
    assert shown["新たな総合計画 基本構想"] == ["平成28(2016)年度（推定）", "明記なし"]
    assert shown["次期プログラム"] == ["平成30(2018)年度（推定）", "明記なし"]


def test_the_table_of_periods_has_the_years_of_the_file_in_both_calendars(client: Client) -> None:
    rows = csv_rows(client, "/periods.csv")
    own = next(row for row in rows if row["関係"] == "このプラン")
    assert (own["開始年度（西暦）"], own["終了年度（西暦）"]) == ("2016", "2020")
    assert (own["開始年度（和暦）"], own["終了年度（和暦）"]) == ("平成28(2016)年度", "令和2(2020)年度")
    assert own["原資料の表記"] == "平成28(2016)年度から平成32(2020)年度までの概ね5年間"
    shown = cells(page(client, "/figures/1-2/"))
    assert {row[0] for row in shown} == {row["名称"] for row in rows}
    assert [row[1:3] for row in shown if row[0] == own["名称"]] == [["平成28(2016)年度", "令和2(2020)年度"]]


def test_the_predecessors_chart_leaves_other_plans_out(client: Client, plan: Plan) -> None:
    names = {row[0] for row in cells(page(client, "/figures/2-25/"))}
    lineage = plan.related_plans.filter(relation__in=[Relation.PREDECESSOR, Relation.SELF])
    assert names == set(lineage.values_list("name", flat=True))


@pytest.mark.parametrize(
    ("number", "kinds"),
    [
        ("3-1", {"上位計画": 5, "行財政改革に関する計画": 1, "基本目標": 1, "基本施策": 3}),
        ("3-2", {"基本目標": 1, "基本施策": 3, "施策": 7}),
        ("3-3", {"基本施策": 1, "施策": 3}),
        ("4-3", {"施策": 1, "基本方向": 4}),
    ],
)
def test_structures_are_drawn_from_the_plans_rows(client: Client, number: str, kinds: dict[str, int]) -> None:
    html = page(client, f"/figures/{number}/")
    rows = csv_rows(client, f"/figures/{number}.csv")
    levels = [row["区分"] for row in rows]
    boxes = [group for group in drawing(html).iter("g") if group.get("class", "").startswith("box ")]
    assert {level: levels.count(level) for level in levels} == kinds
    assert len(boxes) == len(rows)
    assert "原図は収録していません。プランのデータから作図しました。" in html


def test_the_cycle_has_its_four_steps_in_japanese(client: Client) -> None:
    headings = texts(drawing(page(client, "/figures/5-2/")), "box-heading")
    assert headings == ["Plan（計画）", "Do（実行）", "Check（評価）", "Act（改善）"]


def test_a_figure_kept_as_text_shows_its_text(client: Client) -> None:
    html = page(client, "/figures/2-1/")
    assert "<strong>1985-95 電話の時代</strong>" in html
    assert "出典：総務省「平成 27 年版 情報通信白書」" in html


def test_a_figures_page_says_where_it_stands_and_what_comes_before_and_after(client: Client) -> None:
    html = page(client, "/figures/2-13/")
    assert f'href="{BASE}/chapters/2/3/#figure-2-13"' in html
    assert f'href="{BASE}/surveys/1/#q-4"' in html
    assert f'href="{BASE}/figures/2-12/"' in html
    assert f'href="{BASE}/figures/2-14/"' in html


@pytest.mark.parametrize(
    "path",
    [
        "/figures/2-99/",
        "/figures/2-99.csv",
        "/figures/1-1.csv",
        "/figures/2-1.csv",
        "/figures/2-8.csv",
        "/surveys/9/",
        "/surveys/9.csv",
    ],
)
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"{BASE}{path}").status_code == 404


@pytest.mark.parametrize("path", ["/figures/", "/figures/2-13/", "/figures/2-13.csv", "/surveys/", "/periods/"])
def test_an_unpublished_plan_shows_nothing(client: Client, path: str) -> None:
    Plan.objects.update(is_published=False, is_current=False)
    assert client.get(f"{BASE}{path}").status_code == 404


def test_hostile_labels_stay_text_everywhere(client: Client, plan: Plan) -> None:
    figure = plan.figures.get(number="2-3")
    Figure.objects.filter(pk=figure.pk).update(title=HOSTILE, source=HOSTILE, note=HOSTILE)
    FigureValue.objects.filter(figure=figure).update(label=f"={HOSTILE}")
    RelatedPlan.objects.update(name=HOSTILE, description=HOSTILE, note=HOSTILE, period_text=HOSTILE)
    Answer.objects.update(label=HOSTILE)
    Question.objects.update(title=HOSTILE, finding=HOSTILE)
    for path in ("/figures/", "/figures/2-3/", "/figures/1-2/", "/figures/3-1/", "/surveys/1/", "/periods/"):
        assert "<script>alert" not in page(client, path), path
    assert drawing(page(client, "/figures/2-3/")).findtext("title") == f"図2-3 {HOSTILE}"
    assert {row["項目"] for row in csv_rows(client, "/figures/2-3.csv")} == {f"'={HOSTILE}"}


def test_a_figure_without_its_data_says_so_instead_of_failing(client: Client, plan: Plan) -> None:
    FigureValue.objects.all().delete()
    Figure.objects.filter(number="5-2").update(body="一つだけ：あり")
    Figure.objects.filter(number="4-1").update(measure=None)
    RelatedPlan.objects.all().delete()
    for number in ("2-3", "5-2", "4-1", "1-2"):
        html = page(client, f"/figures/{number}/")
        assert "この図は表示できません" in html
        assert SVG.findall(html) == []
    assert 'id="relation-' not in page(client, "/periods/")


def test_surveys_are_listed_with_their_facts(client: Client) -> None:
    html = page(client, "/surveys/")
    assert re.findall(r'<h2><a href="/plans/2016/surveys/([0-9])/">', html) == ["1", "2", "3"]
    assert "有効回収率 46.9%" in html


def test_a_survey_shows_every_question_with_its_finding_and_figures(client: Client) -> None:
    html = page(client, "/surveys/1/")
    assert re.findall(r'<h2 id="q-[0-9]">(.)', html) == list("①②③④⑤⑥⑦⑧")
    assert re.findall(r'<figure class="figure" id="figure-2-([0-9]+)">', html) == [str(n) for n in range(8, 18)]
    assert "2013年7月26日（金）〜2013年8月16日（金）" in html
    assert "37.6%と最も多く" in html


def test_findings_have_their_terms_marked(client: Client) -> None:
    assert 'class="term"' in page(client, "/surveys/1/")


def test_a_surveys_file_holds_every_value(client: Client) -> None:
    rows = [row for number in (1, 2, 3) for row in csv_rows(client, f"/surveys/{number}.csv")]
    assert len(rows) == Answer.objects.count() == 28
    assert [row["図番号"] for row in rows[:3]] == ["2-10", "2-13", "2-13"]
    assert (rows[0]["値"], rows[0]["単位"], rows[0]["値の種類"]) == ("60", "%", "超")
    assert {row["調査開始日"] for row in rows} == {"2013-07-26", "2014-10-08", "2015-10-30"}


def test_the_related_plans_stand_at_their_addresses(client: Client, plan: Plan) -> None:
    html = page(client, "/periods/")
    for related in plan.related_plans.all():
        assert f'<h3 id="{related.anchor}">{related.name}</h3>' in html
    assert "関連する計画と期間の表をダウンロードする（CSV、" in html


@pytest.mark.parametrize(
    "path",
    ["/figures/", "/figures/2-14/", "/figures/3-1/", "/figures/1-2/", "/surveys/", "/surveys/1/", "/periods/"],
)
def test_a_page_costs_at_most_twelve_queries_however_much_there_is(client: Client, plan: Plan, path: str) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        page(client, path)
    question = Question.objects.get(survey__number=1, number=5)
    for extra in range(20):
        figure = Figure.objects.create(
            plan=plan, number=f"2-{100 + extra}", title="追加", state="values", position=100 + extra, question=question
        )
        FigureValue.objects.create(figure=figure, position=1, label="値", value=5, unit=Unit.COUNT)
        Answer.objects.create(question=question, position=100 + extra, label="追加の回答", value=5)
        RelatedPlan.objects.create(
            plan=plan, relation=Relation.UPPER, name="追加", start_year=2017, period_text="", position=100 + extra
        )
    with CaptureQueriesContext(connection) as many:
        page(client, path + "?again=1")
    assert len(many) == len(few) <= 12


def test_figures_read_together_are_drawn_without_further_queries(
    plan: Plan, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    figures = list(drawable_figures(plan))
    with django_assert_num_queries(4):
        contents = [figure_content(figure, plan) for figure in figures]
    assert sum(content.picture is not None for content in contents) == 28
