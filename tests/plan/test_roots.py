"""The registry of roots: what an app says about its kinds decides, not which app it is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from plan import actions
from plan.admin.base import RowInline, public_url
from plan.admin.document import SectionAdmin
from plan.editing.errors import ReasonRequired
from plan.editing.kinds import KINDS
from plan.editing.roots import ROOTS, RowKind, kind_of, plan_of
from plan.editing.states import states_of
from plan.editing.uses import dependants_of, places_of
from plan.enums import FigureState
from plan.models import Direction, Figure, Measure, Plan, Policy, RelatedPlan, Revision, Section, Term
from plan.models.base import Versioned
from tests.plan.admin_forms import admin_url, opened, sent
from tests.plan.reading import main_of, words

pytestmark = pytest.mark.django_db

LINKS = RowKind(Figure, "figures", "section", "図")
"""Figures as rows of a section: each has a position and links the section with a measure."""


@pytest.fixture
def plan() -> Plan:
    return Plan.objects.get(slug="2016")


@pytest.fixture
def related(plan: Plan) -> RelatedPlan:
    found = plan.related_plans.first()
    assert found is not None
    return found


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Register a kind otherwise for the length of a test."""

    def change(model: type[Versioned], **changes: Any) -> None:
        monkeypatch.setitem(ROOTS, model, replace(kind_of(model), **changes))

    return change


@pytest.fixture
def section(plan: Plan, registered: Callable[..., None], ict_staff: User) -> Section:
    """A chapter with two links to measures, made by staff."""
    registered(Section, rows=(LINKS,))
    section = Section(plan=plan, level=1, path="9", title="結び付ける章", position=9)
    rows = [_link(section, place, number) for place, number in ((1, 1), (2, 2))]
    actions.create_root(root=section, by=ict_staff, reason="試験", rows=rows)
    return section


def _measure(number: int) -> Measure:
    return Measure.objects.get(policy__plan__slug="2016", policy__number=1, number=number)


def _link(section: Section, place: int, number: int) -> Figure:
    return Figure(
        plan=section.plan,
        section=section,
        position=place,
        number=f"9-{place}",
        state=FigureState.LOST,
        measure=_measure(number),
    )


def _linked(section: Section) -> list[str]:
    return [str(row.measure) for row in section.figures.order_by("position")]


def test_every_root_of_the_plan_leads_to_its_plan() -> None:
    models = [kind.model for kind in KINDS]
    leads = {model: plan_of(root) for model in models if (root := model._default_manager.first()) is not None}
    assert set(leads) == set(models) <= set(ROOTS)
    assert {plan.slug for plan in leads.values()} == {"2016"}


def test_what_is_not_public_in_a_published_plan_needs_no_reason_and_stays_off_the_record_of_the_public(
    related: RelatedPlan, registered: Callable[..., None], ict_staff: User, client: Client
) -> None:
    registered(RelatedPlan, is_public=lambda related: related.name == "公開した計画")
    related.name = "下書きの計画"
    revision = actions.revise(root=related, by=ict_staff, reason="", expected_version=related.version)
    assert revision is not None
    assert (revision.is_hidden, public_url(related)) == (True, "")
    assert "下書きの計画" not in words(main_of(client.get("/plans/2016/revisions/")))

    related.name = "公開した計画"
    published = actions.revise(root=related, by=ict_staff, reason="", expected_version=related.version)
    assert published is not None
    assert (published.is_hidden, public_url(related)) == (False, related.get_absolute_url())
    shown = words(main_of(client.get("/plans/2016/revisions/")))
    assert ("公開した計画" in shown, shown.count("関連する計画「")) == (True, 1)

    related.name = "言い換えた計画"
    with pytest.raises(ReasonRequired):
        actions.revise(root=related, by=ict_staff, reason=" ", expected_version=related.version)


def test_what_was_deleted_before_it_was_public_stays_off_the_record_of_the_public(
    related: RelatedPlan, registered: Callable[..., None], ict_staff: User, client: Client
) -> None:
    registered(RelatedPlan, is_public=lambda _: False)
    actions.delete_root(root=related, by=ict_staff, reason="")
    assert Revision.objects.get().is_hidden is True
    assert related.name not in words(main_of(client.get("/plans/2016/revisions/")))


def test_links_to_others_are_recorded_as_rows(section: Section, ict_staff: User) -> None:
    first, second = section.figures.order_by("position")
    first.measure = _measure(3)
    revision = actions.revise(
        root=section, by=ict_staff, reason="試験", expected_version=1, rows=[first], deleted_rows=[second]
    )
    assert revision is not None
    assert [change for change in revision.changes if change["label"].endswith("施策")] == [
        {"label": "図1 施策", "before": str(_measure(1)), "after": str(_measure(3))},
        {"label": "図2 施策", "before": str(_measure(2)), "after": ""},
    ]


def test_links_to_others_come_back_with_their_root(section: Section, ict_staff: User) -> None:
    key, ids = section.pk, list(section.figures.order_by("position").values_list("pk", flat=True))
    actions.delete_root(root=Section.objects.get(pk=key), by=ict_staff, reason="試験")
    assert not Figure.objects.filter(pk__in=ids).exists()

    before = states_of(Section, key)[1]
    actions.restore(
        object_type="plan.section", object_id=key, history_id=before.history_id, by=ict_staff, reason="試験"
    )

    restored = Section.objects.get(pk=key)
    assert list(restored.figures.order_by("position").values_list("pk", flat=True)) == ids
    assert _linked(restored) == [str(_measure(1)), str(_measure(2))]


def test_what_is_linked_cannot_be_deleted_and_names_the_root_that_links_it(section: Section, plan: Plan) -> None:
    policy = Policy.objects.get(plan=plan, number=1)
    linked = Measure.objects.create(policy=policy, number=9, title="結び付く施策", summary="要旨")
    section.figures.update(measure=linked)
    assert dependants_of(linked) == (["結び付ける章"], 1)


class LinkInline(RowInline):
    """What an app shows links with: a row with a choice."""

    model = Figure
    fields = ["position", "measure"]


def test_links_are_edited_in_the_form_of_their_root(
    section: Section, ict_staff: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SectionAdmin, "inlines", [LinkInline])
    client.force_login(ict_staff)
    section.refresh_from_db()
    data = opened(client, section)
    data |= {"figures-0-position": "2", "figures-1-position": "1", "figures-1-measure": str(_measure(3).pk)}
    assert sent(client, section, data | {"reason": "試験"}).status_code == 302
    assert _linked(section) == [str(_measure(3)), str(_measure(1))]
    assert client.get(admin_url(section, "versions")).content.decode().count("図の順番") == 1


def test_the_choices_of_links_are_read_once_for_all_rows(
    section: Section, ict_staff: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SectionAdmin, "inlines", [LinkInline])
    client.force_login(ict_staff)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert str(_measure(2)) in client.get(admin_url(section, "change")).content.decode()
        return len(captured)

    queries()
    few = queries()
    for place in range(3, 9):
        _link(section, place, 1).save()
    assert queries() == few


def test_uses_in_numerous_roots_are_found_by_the_index(
    plan: Plan, registered: Callable[..., None], ict_staff: User
) -> None:
    term = Term.objects.get(plan=plan, name="クラウド")
    marked = Direction.objects.filter(measure__policy__plan=plan).exclude(items__text__contains="クラウド").first()
    assert marked is not None
    item = marked.items.get(position=1)
    item.text = f"注だけの項目※{term.number}です。"
    actions.revise(root=marked, by=ict_staff, reason="試験", expected_version=marked.version, rows=[item])
    read = places_of(term)

    registered(Direction, is_numerous=True)

    assert f"施策の基本方向 {marked}" in read
    assert places_of(term) == read
