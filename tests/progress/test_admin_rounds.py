"""Rounds in the Django admin: scales are kept there, everything else is looked at."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.fields import MOST_ROWS
from accounts.models import Department, User
from progress import models
from progress.actions.opening import ensure_default_scale
from progress.actions.publication import publish
from progress.default_scale import ENTRIES
from progress.enums import Status
from progress.models import Evaluation, ScaleEntry
from tests.plan.admin_forms import filled_in
from tests.programs.factories import IndicatorFactory
from tests.progress.factories import bring_to, opened

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
MOST_QUERIES = 12
LOOKED_AT = (
    models.Round,
    models.Evaluation,
    models.EvaluationEvent,
    models.MeasureEvaluation,
    models.NextYearProposal,
    models.Publication,
    models.PublishedEvaluation,
    models.PublishedMeasure,
    models.Correction,
)


@pytest.fixture
def published(division: Department, liaison: User, manager: User, ict_staff: User) -> models.Round:
    round_ = opened(division, actions=2, by=ict_staff)
    first, second = round_.evaluations.order_by("action__code")
    bring_to(Status.ACCEPTED, first, liaison=liaison, manager=manager, staff=ict_staff)
    Evaluation.objects.filter(pk=second.pk).update(exception_reason="未確定")
    publish(round=round_, by=ict_staff)
    return round_


@pytest.mark.parametrize("model", LOOKED_AT)
def test_what_is_looked_at_cannot_be_changed(
    model: type[models.Round], client_of: ClientOf, ict_staff: User, published: models.Round
) -> None:
    name, client = model._meta.model_name, client_of(ict_staff)
    listed = client.get(reverse(f"admin:progress_{name}_changelist"))
    assert (listed.status_code, listed.context["cl"].result_count) == (200, model.objects.count())
    assert client.get(reverse(f"admin:progress_{name}_add")).status_code == 403
    row = model.objects.first()
    if row is not None:
        address = reverse(f"admin:progress_{name}_change", args=[row.pk])
        page = client.get(address)
        assert (page.status_code, 'name="_save"' in page.content.decode()) == (200, False)
        assert client.post(address, {"state": "planned", "status": "draft"}).status_code == 403


@pytest.mark.parametrize("model", [models.Evaluation, models.EvaluationEvent, models.PublishedEvaluation])
def test_lists_take_no_more_queries_for_more(
    model: type[models.Evaluation], client_of: ClientOf, ict_staff: User, published: models.Round, division: Department
) -> None:
    client = client_of(ict_staff)
    address = reverse(f"admin:progress_{model._meta.model_name}_changelist")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    queries()  # prolongs the session
    once = queries()
    more = opened(division, actions=10, by=ict_staff)
    Evaluation.objects.filter(round=more).update(exception_reason="未確定")
    publish(round=more, by=ict_staff)
    assert queries() == once


def test_a_scale_is_kept_here(client_of: ClientOf, ict_staff: User) -> None:
    scale, client = ensure_default_scale(), client_of(ict_staff)
    address = reverse("admin:progress_scale_change", args=[scale.pk])
    data = filled_in(client.get(address))
    (label,) = (name for name, value in data.items() if value == "ほぼ目標どおり")
    assert client.post(address, data | {label: "おおむね目標どおり"}).status_code == 302
    stored = ScaleEntry.objects.get(scale=scale, symbol="3")
    assert (stored.label, stored.history.latest().history_user) == ("おおむね目標どおり", ict_staff)
    assert scale.entries.count() == len(ENTRIES)


def test_the_history_links_to_people_only_for_who_may_see_them(client_of: ClientOf, ict_staff: User) -> None:
    scale, client = ensure_default_scale(), client_of(ict_staff)
    form = filled_in(client.get(reverse("admin:progress_scale_change", args=[scale.pk])))
    client.post(reverse("admin:progress_scale_change", args=[scale.pk]), form | {"note": "説明"})
    page = client.get(reverse("admin:progress_scale_history", args=[scale.pk])).content.decode()
    assert ict_staff.name in page
    assert reverse("admin:accounts_user_change", args=[ict_staff.pk]) not in page


def test_a_scale_takes_no_control_characters_and_no_form_that_counts_below_nothing(
    client_of: ClientOf, ict_staff: User
) -> None:
    scale, client = ensure_default_scale(), client_of(ict_staff)
    address = reverse("admin:progress_scale_change", args=[scale.pk])
    form = {**filled_in(client.get(address)), "name": "五段階\x08の\x1b尺度"}
    client.post(address, {**form, "entries-INITIAL_FORMS": "-1"})
    assert scale.entries.count() == len(ENTRIES)
    many = client.post(address, {**form, "entries-TOTAL_FORMS": "100000"})
    assert len(many.context["inline_admin_formsets"][0].formset.forms) == MOST_ROWS
    client.post(address, form)
    scale.refresh_from_db()
    assert scale.name == "五段階の尺度"


def test_a_scale_cannot_be_deleted(client_of: ClientOf, ict_staff: User) -> None:
    scale = ensure_default_scale()
    address = reverse("admin:progress_scale_delete", args=[scale.pk])
    assert client_of(ict_staff).post(address, {"post": "yes"}).status_code == 403


def test_every_model_of_the_round_is_there() -> None:
    registered = {model for model in admin.site._registry if model._meta.app_label == "progress"}
    assert registered >= {*LOOKED_AT, models.Scale}


# ── What each save changed ────────────────────────────────────────────────────


def test_the_record_of_a_sheet_says_who_changed_what(
    client_of: ClientOf, ict_staff: User, liaison: User, published: models.Round
) -> None:
    """The first 調書 was filled in, submitted, endorsed, accepted and published."""
    row = published.evaluations.earliest("action__code")
    client, address = client_of(ict_staff), reverse("admin:progress_evaluation_history", args=[row.pk])
    page = client.get(reverse("admin:progress_evaluation_change", args=[row.pk]))
    assert f'href="{address}"' in page.content.decode()
    with CaptureQueriesContext(connection) as queries:
        saves = client.get(address).context["page"].object_list
    assert len(queries) <= MOST_QUERIES
    assert [save.deed for save in saves][-1] == "登録"
    changes = {(save.by, change["label"], change["after"]) for save in saves for change in save.changes}
    assert (str(liaison), "実績", "計画どおりに実施しました。") in changes
    assert (str(liaison), "達成度", "3 ほぼ目標どおり") in changes
    assert (str(ict_staff), "状態", "公表済み") in changes
    assert "保存した人" not in {label for _, label, _ in changes}


def test_the_record_of_a_sheet_has_its_indicators(
    client_of: ClientOf, ict_staff: User, published: models.Round
) -> None:
    sheet = published.evaluations.earliest("action__code")
    indicator = IndicatorFactory.create(action=sheet.action)
    row = models.EvaluationIndicator.objects.create(evaluation=sheet, indicator=indicator)
    row.actual = Decimal("1200.5000")
    row.save()
    address = reverse("admin:progress_evaluation_history", args=[row.evaluation_id])
    saves = client_of(ict_staff).get(address).context["page"].object_list
    (save,) = [each for each in saves if each.changes and each.subject]
    assert save.subject == f"指標の実績「{row.indicator}」"
    assert save.changes == [{"label": "実績値", "before": "", "after": "1,200.5"}]


def test_the_record_is_for_who_sees_the_row(
    client_of: ClientOf, liaison: User, ict_staff: User, published: models.Round
) -> None:
    address = "admin:progress_round_history"
    assert client_of(ict_staff).get(reverse(address, args=[published.pk + 1])).status_code == 404
    assert client_of(ict_staff).get(reverse(address, args=["x"])).status_code == 404
    assert client_of(liaison).get(reverse(address, args=[published.pk])).status_code in {302, 403}


def test_what_was_published_is_shown_in_words(client_of: ClientOf, ict_staff: User, published: models.Round) -> None:
    row = models.PublishedEvaluation.objects.earliest("code")
    shown = client_of(ict_staff).get(reverse("admin:progress_publishedevaluation_change", args=[row.pk]))
    text = shown.content.decode()
    assert "<strong>実績</strong><p>計画どおりに実施しました。</p>" in text
    assert ("いまの内容" in text, "Is current" in text) == (True, False)
