"""A portal in which every page of the admin has something to show, and of what stands in rows several."""

import datetime
from typing import Any

from django.apps import apps
from django.urls import reverse

from accounts.models import Department, User
from plan.actions import delete_root, revise
from plan.models import Direction, Term
from programs.enums import LineageKind, OwnerKind, UpperKind
from programs.models import Action, ActionYear, Program
from progress.enums import MailKind
from progress.models import Evaluation, Extension, OutboxMail, Round, Scale
from tests.factories import DepartmentFactory
from tests.programs.factories import (
    ActionDirectionFactory,
    ActionFactory,
    ActionLineageFactory,
    ActionOwnerFactory,
    ActionUpperFactory,
    IndicatorFactory,
    MilestoneFactory,
    UpperItemFactory,
)
from tests.progress.published import Year, accepted_year, published_year

SEVERAL = 8
CODE = "1-1-001"


def fill(staff: User) -> Year:
    """A published year with a correction, an open one, and `SEVERAL` of whatever hangs on a row."""
    made = published_year()
    made.correct(CODE, results="訂正した実績です。")
    opened = accepted_year(year=2017, program=made.program)
    action = made.actions[CODE]
    _add_rows(action, opened.round)
    _save_several_times(action, staff)
    add_mail(staff)
    return made


def add_to_demo() -> None:
    """What the sample has not: a mail, an action that came from another, several extensions of an open round."""
    staff = User.objects.get(staff_number="D0004")
    add_mail(staff)
    first, second = Action.objects.order_by("pk")[:2]
    ActionLineageFactory.create(action=second, predecessor=first, kind=LineageKind.CONTINUED)
    round_ = row_of("progress", "round")
    departments = Department.objects.filter(bureau__isnull=False, valid_to=None, extensions=None)
    for department in departments.order_by("pk")[:SEVERAL]:
        Extension.objects.create(round=round_, department=department, deadline=round_.deadline, reason="災害対応のため")
    indicator = IndicatorFactory.create(action=first, name="消した指標")
    delete_root(root=indicator, by=staff, reason="重複", expected_version=indicator.version)


def add_mail(staff: User) -> None:
    OutboxMail.objects.create(
        kind=MailKind.OPENED, to=staff, address=staff.email, subject="照会を始めました", body="本文です。"
    )


def _add_rows(action: Action, round_: Round) -> None:
    directions = Direction.objects.exclude(pk=action.main_direction_id).filter(other_actions=None)
    for direction in directions[:SEVERAL]:
        ActionDirectionFactory.create(action=action, direction=direction)
    for at in range(SEVERAL):
        plan = action.program.plan
        upper = UpperItemFactory.create(plan=plan, kind=UpperKind.BASIC_POLICY, number=at + 2, title=f"政策{at}")
        ActionUpperFactory.create(action=action, upper=upper)
        department = DepartmentFactory.create(name=f"関係{at}課")
        ActionOwnerFactory.create(action=action, department=department, kind=OwnerKind.RELATED)
        Extension.objects.create(
            round=round_, department=department, deadline=datetime.date(2018, 6, 7 + at), reason="災害対応のため"
        )
        IndicatorFactory.create(action=action, name=f"指標{at}")
        later = ActionFactory.create(program=action.program, code=f"1-1-9{at:02}")
        ActionLineageFactory.create(action=later, predecessor=action, kind=LineageKind.CONTINUED)
    for year in ActionYear.objects.filter(action=action):
        for month in range(1, SEVERAL):
            MilestoneFactory.create(action_year=year, month=month, title=f"段階{month}")


def _save_several_times(action: Action, staff: User) -> None:
    """Roots with an entry in 改定履歴 and without one, as what is loaded; and some that are deleted."""
    for at in range(SEVERAL):
        for row in (Term.objects.earliest("number"), Scale.objects.get(), Department.objects.earliest("pk"), staff):
            row.save()
        action.purpose = f"目的の{at}"
        action.save()
        for below in (*action.owners.all(), *action.other_directions.all()):
            below.save()
        action.refresh_from_db()
        action.purpose = f"改めた目的の{at}"
        revise(root=action, by=staff, reason="見直し", expected_version=action.version)
        action.refresh_from_db()
        indicator = IndicatorFactory.create(action=action, name=f"消した指標{at}")
        delete_root(root=indicator, by=staff, reason="重複", expected_version=indicator.version)
        gone = ActionFactory.create(program=action.program, code=f"1-1-8{at:02}")
        gone.owners.all().delete()
        delete_root(root=gone, by=staff, reason="重複", expected_version=gone.version)


def row_of(app_label: str, model_name: str) -> Any:
    """The row of a model that is looked at: the one with the most around it."""
    richest: dict[str, Any] = {
        "action": Action.objects.filter(code=CODE),
        "actionyear": ActionYear.objects.filter(action__code=CODE),
        "indicator": apps.get_model("programs.Indicator")._default_manager.filter(action__code=CODE),
        "program": Program.objects.all(),
        "round": Round.objects.filter(year=2017),
        "evaluation": Evaluation.objects.filter(action__code=CODE, round__year=2016),
    }
    rows = richest.get(model_name) or apps.get_model(app_label, model_name)._default_manager.all()
    return rows.order_by("pk").first()


def address_of(name: str) -> str:
    """Filled in with the keys of rows."""
    if name == "admin:app_list":
        return reverse(name, args=["progress"])
    if name == "admin:view_on_site":
        return reverse(name, args=[1, 1])
    if name == "admin:auth_user_password_change":
        return reverse(name, args=[User.objects.latest("pk").pk])
    app_label, _, rest = name.removeprefix("admin:").partition("_")
    model_name, _, view = rest.partition("_")
    if view in {"", "changelist", "add", "deleted", "preview", "reorganise", "change_done"} or app_label == "password":
        return reverse(name)
    row = row_of(app_label, model_name)
    key = row.pk if row is not None else 1
    if view in {"version", "simple_history"}:
        return reverse(name, args=[key, row.history.earliest().history_id])
    return reverse(name, args=[key])
