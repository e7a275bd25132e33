"""What migrations do to rows that were there before."""

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from accounts.models import User
from plan.actions import revise
from plan.models import Measure
from programs.models import ActionYear, Program
from progress.actions.corrections import correct_evaluation, publish_late
from progress.actions.evaluations import Answers
from progress.actions.proposals import confirm
from progress.actions.publication import publish
from progress.actions.rounds import set_exception
from progress.enums import PublicationKind, Status
from progress.models import Evaluation, NextYearProposal, OutboxMail, PlanOrigin, Publication, PublishedMeasure
from tests.migrating import migrate, migrate_to_newest
from tests.progress.factories import bring_to
from tests.progress.published import published_year

pytestmark = pytest.mark.django_db


def test_additions_of_before_are_told_from_corrections(
    evaluation: Evaluation, liaison: User, manager: User, ict_staff: User
) -> None:
    set_exception(evaluation=evaluation, by=ict_staff, reason="遅れています。")
    publish(round=evaluation.round, by=ict_staff)
    bring_to(Status.ACCEPTED, evaluation, liaison=liaison, manager=manager, staff=ict_staff)
    publish_late(evaluation=evaluation, by=ict_staff, reason="確認が済んだため")
    stored = Evaluation.objects.get()
    answers = Answers(values={"settlement": 999})
    correct_evaluation(evaluation=stored, answers=answers, by=ict_staff, reason="誤記", expected_version=stored.version)
    Publication.objects.filter(kind=PublicationKind.ADDITION).update(kind=PublicationKind.CORRECTION)
    import_module("progress.migrations.0018_additions_of_before_and_mails_sent_or_not_needed").name_additions(
        apps, None
    )
    kinds = Publication.objects.order_by("number").values_list("kind", flat=True)
    assert list(kinds) == [PublicationKind.FIRST, PublicationKind.ADDITION, PublicationKind.CORRECTION]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("to_the_newest")
def test_what_was_confirmed_and_sent_before_is_kept(
    evaluation: Evaluation, liaison: User, manager: User, ict_staff: User
) -> None:
    """0016 makes an origin of each confirmed plan; 0018 calls a mail sent that was also not needed."""
    Program.objects.update(is_published=False)
    bring_to(Status.ACCEPTED, evaluation, liaison=liaison, manager=manager, staff=ict_staff, next_budget=700)
    proposal = NextYearProposal.objects.get()
    confirm(proposal=proposal, by=ict_staff)
    plan = ActionYear.objects.get(origins__proposal=proposal)
    sent_at = timezone.now()
    before = migrate(("progress", "0015_additions_are_told_from_corrections"))
    before.get_model("progress", "NextYearProposal").objects.update(action_year=plan.pk)
    assert before.get_model("progress", "OutboxMail").objects.update(sent_at=sent_at, unneeded_at=sent_at) > 0
    migrate_to_newest()
    (origin,) = PlanOrigin.objects.all()
    assert (origin.proposal, origin.action_year, origin.budget) == (proposal, plan, 700)
    assert origin.planned_work == proposal.planned_work
    assert {(mail.sent_at, mail.unneeded_at) for mail in OutboxMail.objects.all()} == {(sent_at, None)}


def test_published_measures_are_given_the_title_of_their_day(ict_staff: User) -> None:
    published_year()
    measure = Measure.objects.get(policy__plan__slug="2016", policy__number=1, number=1)
    then = measure.title
    measure.title = "後で改めた題名"
    revise(root=measure, by=ict_staff, reason="改めるため", expected_version=measure.version)
    PublishedMeasure.objects.update(title="")
    import_module("progress.migrations.0025_published_measures_keep_their_titles").fill_in(apps, None)
    assert PublishedMeasure.objects.get(measure=measure).title == then
    assert not PublishedMeasure.objects.filter(title="").exists()
