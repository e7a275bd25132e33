"""公開 taken off a programme: lists of 改定履歴 say no more about it, until it is given back."""

from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from accounts.models import User
from plan.actions import create_root, delete_root, restore, revise
from plan.editing.states import states_of
from plan.models import Plan, Revision, Term
from programs.models import Action, Indicator, Program
from tests.plan.reading import main_of
from tests.programs.factories import ActionFactory, direction_of
from tests.programs.test_actions_import_record import imported
from tests.programs.workbooks import put, small_program

pytestmark = pytest.mark.django_db

HOME, PLAN, LIST = "/", "/plans/2016/", "/plans/2016/revisions/"
REASON, NEW, TERM_REASON = "補正予算が成立したため", "新しい窓口の取組", "読みやすくするため"


@pytest.fixture
def program() -> Program:
    return small_program()


def publish(program: Program, by: User, *, is_published: bool) -> None:
    stored = Program.objects.get(pk=program.pk)
    stored.is_published = is_published
    revise(root=stored, by=by, reason="公開の時期を改めるため", expected_version=stored.version)


def rename(program: Program, by: User, title: str) -> Action:
    action: Action = program.actions.get(code="1-1-001")
    action.title = title
    revise(root=action, by=by, reason=REASON, expected_version=action.version)
    return action


def told(client: Client, *addresses: str) -> list[bool]:
    """Whether each page tells the new title of the action."""
    return [NEW in main_of(client.get(address)) for address in addresses]


def test_its_entries_go_from_every_list_and_come_back(client: Client, program: Program, ict_staff: User) -> None:
    action = rename(program, ict_staff, NEW)
    of_page = f"{LIST}?path={action.get_absolute_url()}"
    assert told(client, HOME, LIST, of_page) == [True, True, True]
    publish(program, ict_staff, is_published=False)
    assert told(client, HOME, LIST, of_page) == [False, False, False]
    assert REASON not in main_of(client.get(LIST))
    publish(program, ict_staff, is_published=True)
    assert told(client, HOME, LIST, of_page) == [True, True, True]


def test_what_is_not_of_the_programme_stays(client: Client, program: Program, ict_staff: User) -> None:
    other = ActionFactory.create(program__is_published=True, code="1-1-009")
    other.content = "別のプログラムの内容です。"
    revise(root=other, by=ict_staff, reason="別の理由", expected_version=other.version)
    term = Term.objects.filter(plan__slug="2016").first()
    assert term is not None
    term.explanation += "以上です。"
    revise(root=term, by=ict_staff, reason=TERM_REASON, expected_version=term.version)
    publish(program, ict_staff, is_published=False)
    page = main_of(client.get(LIST))
    assert [word in page for word in ("別の理由", TERM_REASON)] == [True, True]


def test_the_parts_of_an_import_go_with_it(client: Client, program: Program, ict_staff: User) -> None:
    imported(program, ict_staff, put("取組", 2, 取組名=NEW))
    whole = Revision.objects.get(object_type="programs.program")
    assert client.get(f"{LIST}?of={whole.pk}").status_code == 200
    publish(program, ict_staff, is_published=False)
    assert client.get(f"{LIST}?of={whole.pk}").status_code == 404
    publish(program, ict_staff, is_published=True)
    assert NEW in main_of(client.get(f"{LIST}?of={whole.pk}"))


def test_what_was_deleted_goes_with_it(client: Client, program: Program, ict_staff: User) -> None:
    indicator = Indicator.objects.filter(action__program=program).first()
    assert indicator is not None
    delete_root(root=indicator, by=ict_staff, reason=REASON)
    assert REASON in main_of(client.get(LIST))
    publish(program, ict_staff, is_published=False)
    assert REASON not in main_of(client.get(LIST))


def test_what_was_written_of_a_draft_does_not_come_back(client: Client, program: Program, ict_staff: User) -> None:
    publish(program, ict_staff, is_published=False)
    rename(program, ict_staff, NEW)
    publish(program, ict_staff, is_published=True)
    assert told(client, LIST) == [False]


def test_an_earlier_state_of_the_programme_takes_them_along(client: Client, program: Program, ict_staff: User) -> None:
    publish(program, ict_staff, is_published=False)
    publish(program, ict_staff, is_published=True)
    rename(program, ict_staff, NEW)
    _, draft, *_ = states_of(Program, program.pk)
    restore(
        object_type="programs.program",
        object_id=program.pk,
        history_id=draft.history_id,
        by=ict_staff,
        reason="公開をやめるため",
    )
    assert told(client, LIST) == [False]


def test_they_stay_away_when_the_plan_comes_back_without_it(client: Client, program: Program, ict_staff: User) -> None:
    rename(program, ict_staff, NEW)
    publish_plan(ict_staff, is_published=False)
    publish(program, ict_staff, is_published=False)
    publish_plan(ict_staff, is_published=True)
    assert told(client, LIST) == [False]


def publish_plan(by: User, *, is_published: bool) -> None:
    plan = Plan.objects.get(slug="2016")
    plan.is_published = plan.is_current = is_published
    revise(root=plan, by=by, reason="時期を改めるため", expected_version=plan.version)


def test_the_day_on_which_the_plan_last_changed_knows_nothing_of_it(
    client: Client, program: Program, ict_staff: User
) -> None:
    rename(program, ict_staff, NEW)
    Revision.objects.update(made_at="2031-05-06T00:00:00Z")
    publish(program, ict_staff, is_published=False)
    assert "2031年5月6日" not in main_of(client.get(PLAN))


def test_entries_of_before_are_told_their_programme(program: Program, ict_staff: User) -> None:
    rename(program, ict_staff, NEW)
    indicator = Indicator.objects.filter(action__program=program).first()
    assert indicator is not None
    delete_root(root=indicator, by=ict_staff, reason=REASON)
    gone = create_and_delete(program, ict_staff)
    publish(program, ict_staff, is_published=False)
    as_written = list(Revision.objects.order_by("pk").values_list("published_with", "is_withdrawn", "is_hidden"))
    Revision.objects.update(published_with="", is_withdrawn=False)
    import_module("programs.migrations.0009_revisions_know_their_programme").name_programmes(apps, None)
    found = list(Revision.objects.order_by("pk").values_list("published_with", "is_withdrawn", "is_hidden"))
    assert {row[0] for row in found} == {f"programs.program/{program.pk}"}
    assert [row for row in found if not row[2]] == [row for row in as_written if not row[2]]
    assert not Action.objects.filter(pk=gone).exists()


def create_and_delete(program: Program, by: User) -> int:
    action = ActionFactory.build(program=program, code="1-1-099")
    action.main_direction = direction_of("1-1-1")
    create_root(root=action, by=by, reason=REASON)
    key = action.pk
    delete_root(root=action, by=by, reason=REASON)
    return key
