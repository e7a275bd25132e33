"""What a browser without JavaScript sent after the session had ended comes back whole, in the words of the form."""

import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, User
from progress.actions.evaluations import Answers, save_evaluation
from progress.actions.opening import open_round
from progress.default_scale import NAME
from progress.models import Evaluation, Scale, ScaleEntry
from tests.programs.factories import ActionYearFactory, IndicatorFactory, IndicatorYearFactory, MilestoneFactory
from tests.progress.desk_pages import address
from tests.progress.factories import RoundFactory, action_of, entry
from tests.progress.published import Year, published_year

pytestmark = pytest.mark.django_db

ClientOf = Callable[[object], Client]


class _Form(HTMLParser):
    """The fields of the form with a `version`, as they are sent when nothing is touched."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.forms.append({})
        if tag == "textarea":
            self._area = name
            self.forms[-1][name] = ""
        if tag == "input" and name and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            self.forms[-1][name] = value

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1][self._area] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


def untouched(page: str) -> dict[str, str]:
    parser = _Form()
    parser.feed(page)
    (form,) = (form for form in parser.forms if "version" in form and "comment" not in form)
    return form


def given_back(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 403
    page = unescape(response.content.decode())
    return re.findall(r'<label for="typed-\d+">(.*?)</label>\s*<textarea[^>]*>\n(.*?)</textarea>', page, re.DOTALL)


@pytest.fixture
def twofold(division: Department, ict_staff: User) -> Evaluation:
    """A blank 調書 with two milestones and two indicators."""
    round_ = RoundFactory.create(program__is_sample=True)
    action = action_of(round_.program, division, title="窓口の見直し")
    for milestone in ("要件の整理", "運用の開始"):
        MilestoneFactory.create(action_year=action.years.get(year=2016), title=milestone)
    ActionYearFactory.create(action=action, year=2017)
    for name in ("利用件数", "満足度"):
        indicator = IndicatorFactory.create(action=action, name=name)
        IndicatorYearFactory.create(indicator=indicator, position=2016, target=10)
        IndicatorYearFactory.create(indicator=indicator, position=2017, target=20)
    open_round(round=round_, by=ict_staff)
    return Evaluation.objects.with_everything().get(round=round_)


def filled_in(evaluation: Evaluation, sent: dict[str, str]) -> dict[str, str]:
    """`sent` with an answer in every field; each number another one."""
    data = {name: f"{name}の文章" if text == "" else text for name, text in sent.items()}
    data |= {"settlement": "1,000", "next_budget": "2,000"}
    for number, row in enumerate(evaluation.indicators.all(), 1):
        data |= {f"indicator-{row.pk}-actual": f"1{number}", f"indicator-{row.pk}-next_target": f"2{number}"}
        data |= {
            f"indicator-{row.pk}-no_actual_reason": f"ない{number}",
            f"indicator-{row.pk}-target_change_reason": f"変える{number}",
        }
    for number, (milestone, reached) in enumerate(zip(evaluation.milestones.all(), ("yes", "partly"), strict=True), 1):
        data |= {f"milestone-{milestone.pk}-reached": reached, f"milestone-{milestone.pk}-note": f"補う{number}"}
    return data | {"grade": str(entry(evaluation.round, "2").pk), "outlook": str(entry(evaluation.round, "Ⅱ").pk)}


def rows_of(first: tuple[str, str], second: tuple[str, str]) -> dict[str, str]:
    """What is given back of the rows when they are called so: milestones, indicators."""
    given: dict[str, str] = {}
    for number, (milestone, indicator) in enumerate((first, second), 1):
        given |= {f"{milestone}の達成状況": ("達成", "一部達成")[number - 1], f"{milestone}の補足": f"補う{number}"}
        given |= {
            f"{indicator}の実績値": f"1{number}",
            f"{indicator}の実績値がない理由": f"ない{number}",
            f"{indicator}の次年度の目標値": f"2{number}",
            f"{indicator}の目標値を変える理由": f"変える{number}",
        }
    return given


FIELDS = {
    "年度途中の計画変更": "plan_changeの文章",
    "実績": "resultsの文章",
    "決算額": "1,000",
    "達成度": "2 目標を上回って達成",
    "達成度の理由": "grade_reasonの文章",
    "成果": "outcomesの文章",
    "課題": "problemsの文章",
    "環境の変化": "environment_changeの文章",
    "今後の方向性": "Ⅱ 改善しながら継続",
    "方向性の理由": "outlook_reasonの文章",
    "次年度の計画": "next_planの文章",
    "次年度の予算額": "2,000",
}


def test_every_field_and_choice_comes_back_in_the_words_of_the_form(
    twofold: Evaluation, liaison: User, client: Client, client_of: ClientOf
) -> None:
    sent = untouched(client_of(liaison).get(address(twofold)).content.decode())
    milestones = [str(row) for row in twofold.milestones.all()]
    given = given_back(client.post(address(twofold), filled_in(twofold, sent)))
    assert dict(given) == FIELDS | rows_of((milestones[0], "利用件数"), (milestones[1], "満足度"))
    assert len(given) == len(FIELDS) + 12  # no two are called the same
    assert Evaluation.objects.get(pk=twofold.pk).version == 1


def test_keys_of_others_tell_nothing(twofold: Evaluation, client: Client) -> None:
    """A stranger sends the keys of a 調書 that is not published, without the words the form sends along."""
    response = client.post(address(twofold), filled_in(twofold, {}))
    numbered = rows_of(("マイルストーン1", "指標1"), ("マイルストーン2", "指標2"))
    chosen = {label: FIELDS[label] for label in ("決算額", "達成度", "今後の方向性", "次年度の予算額")}
    assert dict(given_back(response)) == chosen | numbered
    page = unescape(response.content.decode())
    secrets = ["窓口の見直し", "要件の整理", "運用の開始", "利用件数", "満足度", str(twofold.department)]
    assert [secret for secret in secrets if secret in page] == []


def test_a_scale_in_preparation_is_not_told(twofold: Evaluation, client: Client) -> None:
    step = ScaleEntry.objects.create(
        scale=Scale.objects.create(name="検討中の尺度"), kind="achievement", position=1, symbol="S", label="秘密の言葉"
    )
    assert Scale.objects.filter(name=NAME).exists()
    sent = {"grade": str(step.pk), "outlook": "なにか"}
    assert given_back(client.post(address(twofold), sent)) == [
        ("達成度", f"一覧から選んだもの（番号{step.pk}）"),
        ("今後の方向性", "一覧から選んだもの（番号なにか）"),
    ]


def test_it_takes_one_query_for_all_that_was_chosen(twofold: Evaluation, client: Client) -> None:
    sent = filled_in(twofold, {})
    with CaptureQueriesContext(connection) as queries:
        client.post(address(twofold), sent)
    assert len(queries) == 1


def test_the_choice_between_two_versions_comes_back(
    twofold: Evaluation, liaison: User, client: Client, client_of: ClientOf
) -> None:
    row = twofold.indicators.all()[1]
    save_evaluation(evaluation=twofold, answers=Answers(values={"results": "先"}), by=liaison, expected_version=1)
    typed = {"version": "1", "results": "後", f"indicator-{row.pk}-actual": "5"}
    page = client_of(liaison).post(address(twofold), typed).content.decode()
    sent = untouched(page) | {"choice-results": "both", f"choice-indicator-{row.pk}-actual": "mine"}
    assert dict(given_back(client.post(address(twofold), sent))) == {
        "実績": "後",
        "満足度の実績値": "5",
        "「実績」で残すほう": "両方をつなげる",
        "「満足度の実績値」で残すほう": "あなたの入力",
    }


# ── 施策評価, 訂正 and the rest of the desk ────────────────────────────────────


@pytest.fixture
def year() -> Year:
    return published_year()


def test_a_correction_comes_back_from_its_form_and_from_its_preview(
    year: Year, client: Client, client_of: ClientOf
) -> None:
    evaluation = year.evaluation("1-1-001")
    where = f"/desk/rounds/2016/corrections/evaluations/{evaluation.pk}/"
    staff = client_of(year.staff)
    sent = untouched(staff.get(where).content.decode())
    typed = sent | {"outcomes": "直した成果", "correction_reason": "転記の誤り", "then": "preview"}
    given = dict(given_back(client.post(where, typed)))
    expected = {
        "成果": "直した成果",
        "訂正の理由": "転記の誤り",
        "達成度": str(evaluation.grade),
        "今後の方向性": str(evaluation.outlook),
    }
    assert {label: given.get(label) for label in expected} == expected
    assert [label for label in given if label.startswith("入力欄")] == []
    indicator = evaluation.indicators.get()
    assert f"{indicator.indicator.name}の実績値" in given
    again = untouched(staff.post(where, typed).content.decode())
    assert dict(given_back(client.post(where, again | {"then": "save"}))) == given


@pytest.mark.parametrize("end", ["measures/1-1/", "corrections/measures/1-1/"])
def test_the_evaluation_of_a_measure_comes_back(year: Year, client: Client, end: str) -> None:
    sent = {"whole": "1", "version": "1", "rating_id": str(entry(year.round, "B").pk), "reason": "なぜ"}
    sent |= {"results": "できた", "problems": "まだ", "outlook": "これから"}
    assert given_back(client.post(f"/desk/rounds/2016/{end}", sent)) == [
        ("評価", "B 一定の進捗"),
        ("評価の理由", "なぜ"),
        ("主な成果", "できた"),
        ("主な課題", "まだ"),
        ("今後の見通し", "これから"),
    ]


@pytest.mark.parametrize("step", ["return_by_manager", "return_by_staff"])
def test_what_a_return_says_and_points_at_comes_back(twofold: Evaluation, client: Client, step: str) -> None:
    sent = {"version": "1", "comment": "直してください", "pointed": ["results", "milestones"]}
    assert given_back(client.post(address(twofold, f"{step}/"), sent)) == [
        ("差し戻す理由", "直してください"),
        ("直してほしい項目", "実績\nマイルストーンの達成状況"),
    ]


def test_a_comment_of_another_step_comes_back_as_such(twofold: Evaluation, client: Client) -> None:
    sent = {"version": "1", "comment": "確認しました"}
    assert given_back(client.post(address(twofold, "endorse/"), sent)) == [("コメント", "確認しました")]


def test_the_choices_of_settings_come_back(twofold: Evaluation, client: Client) -> None:
    """A 課 by its name; a programme, which may not be public, by the number that was sent."""
    department, program = twofold.department, twofold.round.program
    sent = {"department": str(department.pk), "deadline": "2017-06-30", "reason": "繁忙のため"}
    assert given_back(client.post("/desk/rounds/2016/extensions/", sent)) == [
        ("所管課", department.name),
        ("延長後の提出期限", "2017-06-30"),
        ("理由", "繁忙のため"),
    ]
    sent = {"program": str(program.pk), "initial-program": str(program.pk), "year": "2016"}
    assert given_back(client.post("/desk/rounds/2016/edit/", sent)) == [
        ("プログラム", f"一覧から選んだもの（番号{program.pk}）"),
        ("評価する年度", "2016"),
    ]
