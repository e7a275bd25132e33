"""The sample programme: what the files hold, and how they are loaded."""

import datetime
from collections import Counter
from io import StringIO
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import Department, Membership, User
from plan.loading import FixtureError
from plan.models import ContentVersion, DirectionItem, Revision
from programs.enums import OwnerKind
from programs.exporting import export
from programs.importing.examining import examine
from programs.importing.tables import read_tables
from programs.loading import load_sample
from programs.loading.reading import Sample, read_sample
from programs.models import Action, ActionOwner, ActionYear, Indicator, IndicatorYear, Program, UpperItem

DIRECTORY = Path(settings.BASE_DIR) / "fixtures/sample-program-2016"
RENAMED_ON = datetime.date(2017, 4, 1)
LAST_DAY_BEFORE = datetime.date(2017, 3, 31)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sample() -> Sample:
    return read_sample(DIRECTORY)


@pytest.fixture
def program() -> Program:
    return load_sample(DIRECTORY).program


# ── The files ─────────────────────────────────────────────────────────────────


def test_there_are_enough_actions_departments_and_years(sample: Sample) -> None:
    in_force = Counter(year.year for action in sample.actions for year in action.years)
    assert len(sample.actions) == 74
    assert in_force == {2016: 72, 2017: 73}
    assert len(sample.bureaus) == 5
    assert len({division["code"] for division in sample.divisions}) == 19


def test_the_actions_speak_to_each_item_of_the_plan(sample: Sample) -> None:
    named = {item for action in sample.actions for item in action.items}
    items = DirectionItem.objects.filter(direction__measure__policy__plan__slug="2016")
    assert named == {f"{item.direction.code}-{item.position}" for item in items}
    assert len(named) == 62


def test_an_action_names_items_of_its_own_directions_only(sample: Sample) -> None:
    strays = [
        (action.place, item)
        for action in sample.actions
        for item in action.items
        if item.rpartition("-")[0] not in {action.main_direction, *action.other_directions}
    ]
    assert strays == []


def test_every_direction_is_the_main_one_of_some_action(program: Program) -> None:
    main = set(program.actions.values_list("main_direction", flat=True))
    directions = set(program.plan.policies.values_list("measures__directions", flat=True))
    assert len(directions) == 23
    assert main == directions


def test_every_year_of_an_action_says_what_is_planned_and_when(program: Program) -> None:
    plans = ActionYear.objects.filter(action__program=program)
    assert plans.filter(planned_work="").count() == 0
    assert plans.filter(budget=None).count() == 0
    assert plans.filter(milestones=None).count() == 0
    # Every target of a year in force is there, but where the number can only be known later.
    assert set(program.actions.filter(indicators=None)) == set()


def test_the_code_of_an_action_begins_with_its_measure(program: Program) -> None:
    wrong = [
        action.code
        for action in program.actions.select_related("main_direction__measure__policy")
        if action.code.rpartition("-")[0] != action.main_direction.measure.code
    ]
    assert wrong == []


def test_the_upper_items_are_those_of_the_plan_word_for_word(program: Program) -> None:
    text = " ".join(program.plan.sections.filter(path__startswith="2/4/").values_list("body", flat=True))
    titles = list(UpperItem.objects.filter(plan=program.plan).values_list("kind", "title"))
    assert Counter(kind for kind, _ in titles) == {"basic_policy": 5, "reform_principle": 4}
    assert [title for _, title in titles if title not in text] == []


# ── What is loaded ────────────────────────────────────────────────────────────


def test_the_programme_is_marked_as_sample_and_so_are_its_people(program: Program) -> None:
    assert (program.is_sample, program.is_published) == (True, True)
    people = User.objects.filter(memberships__department__code__startswith="見本-").distinct()
    assert people.count() == 38
    assert [person.name for person in people if not person.is_demo or person.has_usable_password()] == []
    assert all(person.name.startswith("見本 ") for person in people)


def test_the_original_plan_stands_beside_what_was_changed_later(program: Program) -> None:
    changed = {str(plan.action.code): plan for plan in ActionYear.objects.all() if plan.is_changed}
    assert set(changed) == {"1-2-007", "3-1-007"}
    assert (changed["1-2-007"].original_budget, changed["1-2-007"].budget) == (19600, 23900)
    targets = [row.indicator.action.code for row in IndicatorYear.objects.all() if row.is_target_changed]
    assert targets == ["1-3-003", "3-1-004"]
    revision = Revision.objects.get(object_type="programs.actionyear", object_id=changed["1-2-007"].pk)
    assert revision.reason == "平成28(2016)年9月の補正予算により、避難所となる体育館20か所の工事を加えたため"
    assert revision.changes == [{"label": "予算額", "before": "19,600千円", "after": "23,900千円"}]


def test_everything_has_its_history(program: Program) -> None:
    assert Action.history.count() == Action.objects.count() == 74
    assert ActionOwner.history.count() == ActionOwner.objects.count()
    assert Indicator.history.filter(history_type="+").count() == Indicator.objects.count()


def test_a_renamed_division_keeps_its_old_name_in_the_old_year(program: Program) -> None:
    action = program.actions.get(code="1-1-007")
    leads = action.owners.filter(kind=OwnerKind.LEAD).order_by("valid_from")
    assert [(str(row.department), row.valid_from, row.valid_to) for row in leads] == [
        ("見本協働推進課", datetime.date(2016, 4, 1), LAST_DAY_BEFORE),
        ("見本地域協働課", RENAMED_ON, None),
    ]


def test_merged_divisions_hand_their_actions_and_people_to_one(program: Program) -> None:
    merged = Department.objects.get(code="見本-0107")
    assert {str(department) for department in merged.predecessors.all()} == {"見本システム開発課", "見本システム運用課"}
    led = ActionOwner.objects.filter(department=merged, kind=OwnerKind.LEAD).values_list("action__code", flat=True)
    assert len(led) == 9
    members = Membership.objects.filter(department=merged).order_by("user__staff_number")
    assert [membership.user.staff_number for membership in members] == ["D0103-L", "D0103-M", "D0104-L", "D0104-M"]


def test_an_action_has_one_lead_on_each_day_and_no_department_twice(program: Program) -> None:
    for day in (datetime.date(2016, 4, 1), LAST_DAY_BEFORE, RENAMED_ON, datetime.date(2018, 3, 31)):
        owners = ActionOwner.objects.valid_on(day).values_list("action", "department", "kind")
        in_force = program.actions.in_force(day.year - (day.month < 4)).values_list("pk", flat=True)
        leads = Counter(action for action, _, kind in owners if kind == OwnerKind.LEAD)
        assert {pk: leads[pk] for pk in in_force} == dict.fromkeys(in_force, 1)
        assert len({(action, department) for action, department, _ in owners}) == len(owners)


def test_the_departments_of_the_personas_lead_several_actions(program: Program) -> None:
    led = Counter(ActionOwner.objects.filter(kind=OwnerKind.LEAD).values_list("department__code", flat=True))
    assert (led["見本-0201"], led["見本-0301"]) == (6, 4)


# ── Loading ───────────────────────────────────────────────────────────────────


def test_a_second_load_writes_nothing_whatever_was_edited(program: Program) -> None:
    Action.objects.filter(code="1-1-001").update(title="職員が直した題名")
    Action.objects.filter(code="3-2-013").delete()
    version = ContentVersion.objects.get().number
    counts = (Action.history.count(), Department.history.count(), User.objects.count())
    result = load_sample(DIRECTORY)
    assert (result.is_new, result.program, result.actions) == (False, program, 73)
    assert Action.objects.get(code="1-1-001").title == "職員が直した題名"
    assert ContentVersion.objects.get().number == version
    assert (Action.history.count(), Department.history.count(), User.objects.count()) == counts


def test_departments_that_are_there_already_are_used_as_they_stand() -> None:
    bureau = Department.objects.create(code="見本-02", name="市民文化局", valid_from=datetime.date(2016, 4, 1))
    there = Department.objects.create(
        code="見本-0201", name="直した名前の課", bureau=bureau, valid_from=datetime.date(2016, 4, 1)
    )
    load_sample(DIRECTORY)
    assert Department.objects.get(code="見本-0201") == there
    assert Department.objects.get(code="見本-0201").name == "直した名前の課"


def run(*arguments: Any) -> str:
    out = StringIO()
    call_command("load_sample", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_what_it_did() -> None:
    title = "川崎市情報化推進プログラム（2016-2017）"
    assert run() == f"見本データ：{title}を読み込みました（取組 74件）。\n"
    assert run() == f"見本データ：{title}はすでに登録されています。何も変更していません。\n"


def test_in_production_no_sample_data_is_loaded(settings: Any) -> None:
    settings.MODE = "production"
    with pytest.raises(CommandError, match="見本環境"):
        run()
    assert Program.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "before", "after", "place"),
    [
        ("actions/1-1.toml", 'main_direction = "1-1-1"', 'main_direction = "9-9-9"', "1-1-001"),
        ("actions/1-1.toml", 'lead = "見本-0102"', 'lead = "見本-9999"', "1-1-001"),
        ("actions/1-1.toml", '"基本理念1"]', '"基本理念9"]', "1-1-001"),
        ("actions/1-1.toml", 'category = "service"', 'category = "nonsense"', "1-1-001"),
        ("actions/1-1.toml", "purpose =", "purpse =", "1-1-001.purpse"),
        ("actions/1-1.toml", 'code = "1-1-002"', 'code = "1-1-001"', "1-1-001"),
        ("program.toml", 'plan = "2016"', 'plan = "1999"', "program.plan"),
        ("departments.toml", 'bureau = "見本-01"', 'bureau = "見本-99"', "見本-0101.bureau"),
    ],
)
def test_a_mistake_in_a_file_is_named_and_nothing_is_written(
    tmp_path: Path, name: str, before: str, after: str, place: str
) -> None:
    directory = Path(copytree(DIRECTORY, tmp_path / "sample"))
    text = (directory / name).read_text(encoding="utf-8")
    assert before in text
    (directory / name).write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(FixtureError, match=place):
        load_sample(directory)
    assert (Program.objects.count(), Department.objects.count(), User.objects.count()) == (0, 0, 0)


def test_the_exported_sample_can_be_imported_again_and_changes_nothing(program: Program) -> None:
    """Its organisations have codes such as 見本-0101, which no code of an action may be."""
    examination = examine(program, read_tables(export(program)))
    assert (examination.errors, examination.is_empty) == ([], True)
