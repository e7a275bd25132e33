"""The mark 「見本データ」 in the admin: on every page that shows what is made up, and on no other."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import models
from django.template import Context
from django.test import Client
from django.urls import reverse

from accounts.models import User
from plan.actions import delete_root, revise
from plan.models import Direction, Measure, Plan, Revision
from programs.models import Action, ActionLineage, ActionYear, Indicator, Program
from programs.queries.sample_marks import samples_shown, ways_of
from programs.templatetags.programs import sample_programs
from progress.models import (
    Correction,
    Evaluation,
    EvaluationEvent,
    MeasureEvaluation,
    NextYearProposal,
    OutboxMail,
    Publication,
    PublishedEvaluation,
    PublishedMeasure,
    Round,
)
from tests.programs.factories import ActionFactory, ActionLineageFactory, ActionYearFactory, ProgramFactory
from tests.progress.published import published_year

pytestmark = pytest.mark.django_db
SAMPLE, REAL = "見本のプログラム", "本物のプログラム"

# Model → how its rows of one programme are found. A new model of the admin is put here, or below.
OF_A_PROGRAMME: dict[type[models.Model], str] = {
    Program: "pk",
    Action: "program",
    ActionYear: "action__program",
    ActionLineage: "action__program",
    Indicator: "action__program",
    Round: "program",
    Evaluation: "round__program",
    EvaluationEvent: "evaluation__round__program",
    MeasureEvaluation: "round__program",
    NextYearProposal: "evaluation__round__program",
    Publication: "round__program",
    PublishedEvaluation: "round__program",
    PublishedMeasure: "round__program",
    Correction: "publication__round__program",
}
OF_ANY_PROGRAMME: set[type[models.Model]] = {Revision, OutboxMail}
OF_NO_PROGRAMME = {
    *("account.EmailAddress", "accounts.Department", "accounts.User", "auth.Group", "mfa.Authenticator"),
    *("plan.Direction", "plan.Figure", "plan.Measure", "plan.Mending", "plan.PastEffort", "plan.Plan", "plan.Policy"),
    *("plan.Question", "plan.RelatedPlan", "plan.Section", "plan.Survey", "plan.Term"),
    *("programs.UpperItem", "progress.Scale"),
    *("socialaccount.SocialAccount", "socialaccount.SocialApp", "socialaccount.SocialToken"),
}


def shown(model: type[models.Model], row: models.Model | None = None, **more: Any) -> list[str]:
    """What the frame of the page names."""
    return sample_programs(Context({"opts": model._meta, "original": row, **more}))


def test_every_model_of_the_admin_is_decided_on() -> None:
    registered = set(admin.site._registry)
    assert {model for model in registered if ways_of(model) is None} == set()
    apart = {model for model in registered if model._meta.label in OF_NO_PROGRAMME}
    assert registered == {*OF_A_PROGRAMME, *OF_ANY_PROGRAMME, *apart}
    assert {model._meta.label for model in registered if ways_of(model) == ("none",)} == OF_NO_PROGRAMME


def test_a_page_of_a_row_names_its_own_programme_alone() -> None:
    ProgramFactory.create(title="別の見本", is_sample=True)
    year = published_year()
    year.correct("1-1-001", settlement=999)
    ActionLineageFactory.create(action=year.actions["1-1-001"])
    own = Program.objects.filter(pk=year.program.pk)
    told: dict[type[models.Model], list[list[str]]] = {model: [] for model in OF_A_PROGRAMME}
    for title, is_sample in ((SAMPLE, True), (REAL, False)):
        own.update(title=title, is_sample=is_sample)
        for model, way in OF_A_PROGRAMME.items():
            row = model._default_manager.filter(**{way: year.program.pk}).first()
            assert row is not None, model
            told[model].append(shown(model, row))
    assert told == {model: [[SAMPLE], []] for model in OF_A_PROGRAMME}


def test_a_list_is_marked_while_any_programme_is_made_up() -> None:
    lists: set[type[models.Model]] = {*OF_A_PROGRAMME, *OF_ANY_PROGRAMME}
    program = ProgramFactory.create(title=SAMPLE, is_sample=True)
    assert {model: shown(model) for model in lists} == {model: [SAMPLE] for model in lists}
    assert samples_shown(None, None) == [SAMPLE]
    Program.objects.filter(pk=program.pk).update(is_sample=False)
    assert {model: shown(model) for model in lists} == {model: [] for model in lists}
    assert samples_shown(None, None) == []


def test_pages_of_no_programme_bear_no_mark() -> None:
    ProgramFactory.create(title=SAMPLE, is_sample=True)
    models_apart = [model for model in admin.site._registry if model._meta.label in OF_NO_PROGRAMME]
    assert len(models_apart) == len(OF_NO_PROGRAMME)
    for model in models_apart:
        assert (shown(model), shown(model, model._default_manager.first())) == ([], []), model


def test_what_hangs_on_a_row_of_the_plan_may_be_made_up() -> None:
    ProgramFactory.create(title=SAMPLE, is_sample=True)
    assert shown(Direction, Direction.objects.first(), blocked=["取組"]) == [SAMPLE]


def test_a_real_action_that_follows_one_made_up_says_so() -> None:
    before = ActionFactory.create(program__title=SAMPLE, program__is_sample=True)
    lineage = ActionLineageFactory.create(predecessor=before)
    assert shown(ActionLineage, lineage) == [SAMPLE]


def test_a_revision_tells_of_what_was_changed_even_if_that_is_deleted(ict_staff: User) -> None:
    told = {}
    for title, is_sample in ((SAMPLE, True), (REAL, False)):
        row = ActionYearFactory.create(action__program__title=title, action__program__is_sample=is_sample)
        row.planned_work = "別の計画です。"
        revise(root=row, by=ict_staff, reason="見直し", expected_version=row.version, rows=[], deleted_rows=[])
        changed = Revision.objects.first()
        before = shown(Revision, changed)
        row.refresh_from_db()
        delete_root(root=row, by=ict_staff, reason="誤り", expected_version=row.version)
        told[title] = (before, shown(Revision, changed))
    assert told == {SAMPLE: ([SAMPLE], [SAMPLE]), REAL: ([], [])}


def test_a_revision_of_the_plan_bears_no_mark(ict_staff: User) -> None:
    ProgramFactory.create(title=SAMPLE, is_sample=True)
    measure = Measure.objects.all()[0]
    measure.title = "別の題"
    revise(root=measure, by=ict_staff, reason="見直し", expected_version=measure.version, rows=[], deleted_rows=[])
    assert shown(Revision, Revision.objects.first()) == []
    assert shown(Revision, Revision(plan=Plan.objects.all()[0], object_type="plan.former", object_id=1)) == [SAMPLE]


def test_the_list_of_revisions_and_the_pages_of_a_reorganisation_bear_the_mark(
    ict_staff: User, client_of: Callable[[User], Client]
) -> None:
    ProgramFactory.create(title=SAMPLE, is_sample=True)
    staff = client_of(ict_staff)
    addresses = ("plan_revision_changelist", "accounts_department_reorganise", "plan_measure_changelist")
    pages = [staff.get(reverse(f"admin:{name}")).content.decode() for name in addresses]
    assert [f"『{SAMPLE}』" in page for page in pages] == [True, True, False]
