"""Loading a plan from files: idempotent, never over what staff edited, all or nothing."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from plan.editing.states import states_of
from plan.loading import FixtureError, load
from plan.loading.writing import FIRST_LOAD, SOURCE_CHANGED
from plan.models import (
    Answer,
    ContentVersion,
    Direction,
    Figure,
    FigureValue,
    Issue,
    LoadedRow,
    Measure,
    Mending,
    PastEffortItem,
    Plan,
    Policy,
    RelatedPlan,
    Revision,
    SearchDocument,
    Section,
    Survey,
    Term,
)
from tests.plan.small_plan import FILES, ROWS

pytestmark = pytest.mark.django_db


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def loaded(directory: Path) -> Plan:
    load(directory)
    return Plan.objects.get(slug="2021")


def change(directory: Path, name: str, before: str, after: str) -> None:
    text = (directory / name).read_text(encoding="utf-8")
    assert text.count(before) == 1
    (directory / name).write_text(text.replace(before, after), encoding="utf-8")


def issue(plan: Plan, position: int) -> Issue:
    return Issue.objects.get(measure__policy__plan=plan, position=position)


def histories() -> int:
    models = (Plan, Policy, Measure, Issue, PastEffortItem, Direction, Section, Survey, Answer, Figure, Term, Mending)
    return sum(model.history.count() for model in models)


def version() -> int:
    return ContentVersion.objects.get().number


# --- a first load -------------------------------------------------------------------------


def test_a_second_plan_stands_beside_the_first_by_data_alone(directory: Path) -> None:
    before = version()
    result = load(directory)
    plan = Plan.objects.get(slug="2021")
    assert (result.created, result.updated, result.unchanged, result.kept) == (ROWS, 0, 0, 0)
    assert plan.predecessor == Plan.objects.get(slug="2016")
    assert (plan.is_current, Plan.objects.get(is_current=True).slug) == (False, "2016")
    assert Measure.objects.get(policy__plan=plan).summary == "一つ目の段落。\n\n二つ目の段落。"
    assert Term.objects.get(plan=plan).alias_list == ["オンライン申請", "ネット申請"]
    figure = Figure.objects.get(plan=plan, number="1-2")
    assert figure.question is not None
    assert (figure.question.survey.plan, figure.measure) == (plan, Measure.objects.get(policy__plan=plan))
    section = Section.objects.get(plan=plan, path="1/1")
    assert section.parent is not None
    assert (section.parent.path, section.level, section.position, section.part) == ("1", 2, 1, "body")
    assert version() == before + 1


def test_a_first_load_writes_history_and_the_search_index(loaded: Plan) -> None:
    term = Term.objects.get(plan=loaded)
    assert [(row.history_type, row.history_change_reason) for row in term.history.all()] == [("+", FIRST_LOAD)]
    value = FigureValue.objects.get(figure__plan=loaded)
    assert [str(row.value) for row in value.history.all()] == ["9.30"]
    assert SearchDocument.objects.filter(plan=loaded, source_model="plan.measure").count() == 1
    assert LoadedRow.objects.filter(plan=loaded).count() == ROWS


def test_a_plan_needs_no_file_but_its_own(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(FILES["plan.toml"], encoding="utf-8")
    assert load(tmp_path).created == 2


# --- loading again ------------------------------------------------------------------------


def test_loading_again_changes_nothing(directory: Path, loaded: Plan) -> None:
    before = (version(), histories(), list(SearchDocument.objects.order_by("pk").values_list("pk", flat=True)))
    result = load(directory)
    after = (version(), histories(), list(SearchDocument.objects.order_by("pk").values_list("pk", flat=True)))
    assert (result.created, result.updated, result.unchanged, result.kept) == (0, 0, ROWS, 0)
    assert after == before


def test_loading_the_plan_of_2016_again_changes_nothing_in_a_few_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    before = (version(), histories())
    with django_assert_max_num_queries(30):
        call_command("load_plan", stdout=StringIO())
    assert (version(), histories()) == before


def test_a_change_of_the_files_reaches_a_row_nobody_edited(directory: Path, loaded: Plan) -> None:
    row, measure = issue(loaded, 1), Measure.objects.get(policy__plan=loaded)
    before = version()
    change(directory, "measures/1-1.toml", "窓口が混み合っています。", "窓口が混雑しています。")
    change(directory, "measures/1-1.toml", "手続の見直し", "手続の簡素化")
    result = load(directory)
    row.refresh_from_db()
    measure.refresh_from_db()
    assert (result.created, result.updated, result.unchanged) == (0, 2, ROWS - 2)
    assert (row.text, measure.title, measure.version) == ("窓口が混雑しています。", "手続の簡素化", 2)
    assert row.history.first().history_change_reason == SOURCE_CHANGED
    assert version() == before + 1
    assert SearchDocument.objects.get(source_model="plan.measure", source_id=measure.pk).title.endswith("手続の簡素化")
    assert load(directory).unchanged == ROWS


def test_a_row_added_to_the_files_is_added(directory: Path, loaded: Plan) -> None:
    change(directory, "measures/1-1.toml", '["予約を始めます。"]', '["予約を始めます。", "番号を知らせます。"]')
    result = load(directory)
    items = Direction.objects.get(measure__policy__plan=loaded).items.values_list("text", flat=True)
    assert (result.created, list(items)) == (1, ["予約を始めます。", "番号を知らせます。"])


def test_a_change_of_the_files_is_on_public_record_and_a_further_state_of_the_root(
    directory: Path, loaded: Plan
) -> None:
    direction = Direction.objects.get(measure__policy__plan=loaded)
    change(directory, "measures/1-1.toml", '["予約を始めます。"]', '["予約を増やします。", "番号を知らせます。"]')
    load(directory)
    revision = Revision.objects.get(plan=loaded)
    assert (revision.kind, revision.object_type, revision.object_id) == ("changed", "plan.direction", direction.pk)
    assert (revision.reason, revision.by, revision.path) == (SOURCE_CHANGED, None, direction.get_absolute_url())
    assert revision.changes == [
        {"label": "項目1 本文", "before": "予約を始めます。", "after": "予約を増やします。"},
        {"label": "項目2 本文", "before": "", "after": "番号を知らせます。"},
    ]
    newest, first = states_of(Direction, direction.pk)
    assert [[row.text for row in state.rows()["items"]] for state in (newest, first)] == [  # type: ignore[attr-defined]  # items
        ["予約を増やします。", "番号を知らせます。"],
        ["予約を始めます。"],
    ]
    assert (newest.revision, newest.root.version, first.root.version) == (revision, 2, 1)


def test_a_root_added_to_the_files_of_a_plan_that_was_here_is_on_record(directory: Path, loaded: Plan) -> None:
    with (directory / "glossary.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[terms]]\nnumber = 2\nname = "様式"\nreading = "ようしき"\nexplanation = "書類の形。"\n')
    load(directory)
    revision = Revision.objects.get(plan=loaded)
    assert (revision.kind, revision.title) == ("created", "用語「様式」")


def test_a_row_that_left_the_files_is_reported_and_stays(directory: Path, loaded: Plan) -> None:
    change(
        directory, "measures/1-1.toml", '"申請を受け付けました。", "様式を減らしました。"', '"申請を受け付けました。"'
    )
    result = load(directory)
    assert result.dropped == ["past_effort_item:1-1/1/2"]
    assert PastEffortItem.objects.filter(effort__measure__policy__plan=loaded).count() == 2


# --- what staff did -----------------------------------------------------------------------


def test_an_edit_of_staff_survives_and_is_reported_field_by_field(directory: Path, loaded: Plan) -> None:
    row = issue(loaded, 2)
    row.text = "職員が直した文です。"
    row.save()
    change(directory, "measures/1-1.toml", "紙の書類が多くあります。", "紙の書類が多く残っています。")
    before = version()
    result = load(directory)
    row.refresh_from_db()
    assert row.text == "職員が直した文です。"
    assert [(found.key, found.label, found.in_file, found.in_database) for found in result.differences] == [
        ("issue:1-1/2", "本文", "紙の書類が多く残っています。", "職員が直した文です。")
    ]
    assert (result.kept, result.updated, result.unchanged, version()) == (1, 0, ROWS - 1, before)


def test_an_edit_is_reported_every_time_until_both_say_the_same(directory: Path, loaded: Plan) -> None:
    Policy.objects.filter(plan=loaded).update(title="職員の題名")
    assert [load(directory).kept, load(directory).kept] == [1, 1]
    change(directory, "plan.toml", "暮らしの情報化", "職員の題名")
    assert load(directory).kept == 0
    change(directory, "plan.toml", "職員の題名", "次の題名")
    assert load(directory).updated == 1


def test_an_edited_link_is_reported_with_the_row_it_points_at(directory: Path, loaded: Plan) -> None:
    Figure.objects.filter(plan=loaded, number="1-2").update(measure=None)
    differences = load(directory).differences
    assert [(found.label, found.in_file, found.in_database) for found in differences] == [("施策", "measure:1-1", "")]


def test_a_row_staff_deleted_does_not_come_back(directory: Path, loaded: Plan) -> None:
    issue(loaded, 3).delete()
    Survey.objects.get(plan=loaded).questions.get().answers.get().delete()
    before = version()
    result = load(directory)
    assert result.deleted == ["issue:1-1/3", "answer:1-1/1"]
    assert (result.created, version()) == (0, before)
    assert Issue.objects.filter(measure__policy__plan=loaded).count() == 2


def test_a_new_row_below_one_that_staff_deleted_is_not_made(directory: Path, loaded: Plan) -> None:
    Direction.objects.get(measure__policy__plan=loaded).delete()
    change(directory, "measures/1-1.toml", '["予約を始めます。"]', '["予約を始めます。", "番号を知らせます。"]')
    result = load(directory)
    assert result.deleted == ["direction:1-1-1", "direction_item:1-1-1/1", "direction_item:1-1-1/2"]


def test_a_row_staff_added_is_left_alone(directory: Path, loaded: Plan) -> None:
    RelatedPlan.objects.create(plan=loaded, relation="upper", name="職員の計画", period_text="未定", position=2)
    result = load(directory)
    assert (result.unchanged, result.dropped, result.differences) == (ROWS, [], [])
    assert RelatedPlan.objects.filter(plan=loaded).count() == 2


# --- files that are wrong -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "before", "after", "message"),
    [
        ("glossary.toml", "number = 1", "number = ", "glossary.toml：TOMLとして読み取れません"),
        ("glossary.toml", "reading =", "yomi =", "glossary.toml: terms[1].yomi：この項目は使えません"),
        ("glossary.toml", 'name = "電子申請"\n', "", "glossary.toml: terms[1].name：必須の項目がありません。"),
        ("glossary.toml", '["オンライン申請", "ネット申請"]', '"オンライン申請"', "terms[1].aliases：文字列の並び"),
        ("plan.toml", "end_year = 2025", 'end_year = "2025"', "plan.toml: plan.end_year：整数で書いてください。"),
        ("plan.toml", "end_year = 2025", "end_year = 2020", "終了年度は開始年度以後にしてください。"),
        ("plan.toml", "is_published = true", "is_published = 1", "plan.is_published：true か false"),
        ("plan.toml", "is_published = true", "is_published = true\nis_current = true", "現行のプランはひとつだけ"),
        ("plan.toml", 'predecessor = "2016"', 'predecessor = "1999"', "前のプランが登録されていません"),
        ("plan.toml", "[[policies]]", "[[policy]]", "plan.toml: policy：この項目は使えません"),
        ("measures/1-1.toml", "policy = 1", "policy = 9", "measure.policy：指している「9」がありません。"),
        ("measures/1-1.toml", 'text = "窓口が混み合っています。"', 'text = ""', "measures/1-1.toml: issues[1].text"),
        ("chapters/1.toml", 'path = "1/1"', 'path = "2/1"', "sections[2].parent：指している「body/2」がありません。"),
        ("chapters/1.toml", 'path = "1/1"', 'path = "1"', "sections[2]：chapters/1.toml: sections[1] と番号が重なって"),
        ("figures.toml", 'value = "9.3"', 'value = "九"', "figures.toml: figures[1].values[1].value"),
        (
            "figures.toml",
            'question = "1-1"',
            'question = "1-9"',
            "figures[2].question：指している「1-9」がありません。",
        ),
        ("surveys.toml", '"2020-07-31"', '"7月31日"', "surveys.toml: surveys[1].ended_on"),
        ("related_plans.toml", '"self"', '"other"', "related_plans.toml: related_plans[1].relation"),
    ],
)
def test_a_wrong_file_is_named_with_its_key_and_nothing_is_written(
    directory: Path, name: str, before: str, after: str, message: str
) -> None:
    change(directory, name, before, after)
    counts = (Plan.objects.count(), LoadedRow.objects.count(), version())
    with pytest.raises(FixtureError) as error:
        load(directory)
    assert message in str(error.value)
    assert (Plan.objects.count(), LoadedRow.objects.count(), version()) == counts


def test_a_row_that_meets_one_of_the_staff_is_refused_whole(directory: Path, loaded: Plan) -> None:
    Term.objects.create(plan=loaded, number=9, name="様式", reading="ようしき", explanation="書類の形。")
    with (directory / "glossary.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[terms]]\nnumber = 2\nname = "様式"\nreading = "ようしき"\nexplanation = "形。"\n')
    change(directory, "plan.toml", "暮らしの情報化", "別の題名")
    with pytest.raises(FixtureError, match="登録されている行と重なる"):
        load(directory)
    assert Policy.objects.get(plan=loaded).title == "暮らしの情報化"


# --- the command --------------------------------------------------------------------------


def test_the_command_says_what_it_did_and_what_differs(directory: Path) -> None:
    first, second = StringIO(), StringIO()
    call_command("load_plan", str(directory), stdout=first)
    Policy.objects.filter(plan__slug="2021").update(title="職員の題名")
    call_command("load_plan", str(directory), stdout=second)
    assert first.getvalue() == "次のプラン：追加 22件、更新 0件、変更なし 0件、職員の編集を残した行 0件\n"
    assert second.getvalue() == (
        "次のプラン：追加 0件、更新 0件、変更なし 21件、職員の編集を残した行 1件\n"
        "・policy:1（plan.toml: policies[1]）の題名\n"
        "    データ　　：暮らしの情報化\n"
        "    登録の内容：職員の題名\n"
    )


def test_the_command_fails_with_the_file_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as error:
        call_command("load_plan", str(tmp_path))
    said = "読み込めませんでした。何も変更していません。plan.toml：ファイルがありません"
    assert str(error.value).startswith(said)
