"""Who sees which page of the admin, and that nothing typed ever becomes markup."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from plan import actions
from plan.editing.kinds import KINDS
from plan.models import Measure, Mending, Plan, Policy, Revision, SearchDocument, Section, Term
from plan.models.base import Versioned
from tests.plan.admin_forms import admin_url, filled_in, opened

pytestmark = pytest.mark.django_db

ROOTS = [kind.model for kind in KINDS]
READERS = {"ict_staff", "administrator"}
EDITORS = {"ict_staff"}
INJECTION = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


@pytest.fixture
def staff(ict_staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(ict_staff)


def one(model: type[models.Model]) -> Any:
    found = model._default_manager.first()
    assert found is not None
    return found


def state_url(root: models.Model) -> str:
    history = type(root).history.filter(id=root.pk).latest()  # type: ignore[attr-defined]
    return admin_url(root, "version", history.history_id)


def pages(model: type[Versioned]) -> dict[str, str]:
    """The pages of a root that are looked at, by what they are."""
    root = one(model)
    return {
        "list": admin_url(model, "changelist"),
        "form": admin_url(root, "change"),
        "versions": admin_url(root, "versions"),
        "version": state_url(root),
        "deleted": admin_url(model, "deleted"),
    }


@pytest.mark.parametrize("model", ROOTS)
def test_pages_for_looking_open_for_readers_only(
    model: type[Versioned],
    persona: User | AnonymousUser,
    client_of: Callable[[User | AnonymousUser], Client],
    request: pytest.FixtureRequest,
) -> None:
    client = client_of(persona)
    name = request.node.callspec.params["persona"]

    statuses = {page: client.get(url).status_code for page, url in pages(model).items()}

    if name in READERS:
        assert set(statuses.values()) == {200}
    else:
        assert set(statuses.values()) <= {302, 403, 404}


@pytest.mark.parametrize("model", [model for model in ROOTS if model is not Plan])
def test_only_editors_may_write(
    model: type[Versioned],
    persona: User | AnonymousUser,
    client_of: Callable[[User | AnonymousUser], Client],
    request: pytest.FixtureRequest,
) -> None:
    client, root = client_of(persona), one(model)
    may = request.node.callspec.params["persona"] in EDITORS

    statuses = {
        client.get(admin_url(model, "add")).status_code,
        client.get(admin_url(root, "delete")).status_code,
        client.post(admin_url(root, "change"), {}).status_code,
        client.post(admin_url(root, "preview"), {}).status_code,
    }

    assert statuses == {200} if may else statuses <= {302, 403, 404}
    assert Revision.objects.count() == 0
    assert model._default_manager.filter(pk=root.pk).exists()


def test_a_reader_sees_the_form_without_anything_to_press(
    administrator: User, client_of: Callable[[User], Client]
) -> None:
    measure = one(Measure)

    response = client_of(administrator).get(admin_url(measure, "change"))

    html = response.content.decode()
    assert measure.summary in html
    assert "保存する" not in html
    assert "削除する" not in html
    assert "data-rows-add" not in html
    assert 'name="reason"' not in html


@pytest.mark.parametrize("model", [Revision, Mending])
def test_records_are_read_only_even_for_editors(model: type[models.Model], staff: Client, ict_staff: User) -> None:
    term = Term.objects.get(plan__slug="2016", number=1)
    term.explanation = "書き換え"
    actions.revise(root=term, by=ict_staff, reason="試験", expected_version=term.version)
    row = one(model)

    assert staff.get(admin_url(row, "change")).status_code == 200
    assert staff.post(admin_url(row, "change"), {}).status_code == 403
    assert staff.get(admin_url(model, "add")).status_code == 403
    assert staff.get(admin_url(row, "delete")).status_code == 403


def test_derived_tables_are_not_in_the_admin(staff: Client) -> None:
    names = {
        app_model["object_name"] for app in staff.get("/admin/").context["app_list"] for app_model in app["models"]
    }

    assert names & {model.__name__ for model in ROOTS} == {model.__name__ for model in ROOTS}
    assert names.isdisjoint({"SearchDocument", "TermUse", "LoadedRow", "ContentVersion"})


@pytest.mark.parametrize("model", ROOTS)
def test_a_list_asks_as_much_for_all_rows_as_for_one(model: type[Versioned], staff: Client) -> None:
    url = admin_url(model, "changelist")

    with CaptureQueriesContext(connection) as for_one:
        staff.get(url, {"id__exact": one(model).pk})
    with CaptureQueriesContext(connection) as for_all:
        staff.get(url)

    assert len(for_all) <= len(for_one)


@pytest.mark.parametrize("model", ROOTS)
def test_lists_are_searched(model: type[Versioned], staff: Client) -> None:
    response = staff.get(admin_url(model, "changelist"), {"q": "どこにもない言葉"})

    assert list(response.context["cl"].result_list) == []


def test_the_list_leads_to_the_public_page_of_published_plans_only(staff: Client) -> None:
    draft = Plan.objects.create(slug="2021", title="次期プラン", goal="目標", start_year=2021, end_year=2025)
    Policy.objects.create(plan=draft, number=8, title="公開前の施策")

    html = staff.get(admin_url(Policy, "changelist")).content.decode()

    assert 'href="/plans/2016/policies/1/"' in html
    assert "/plans/2021/" not in html
    assert html.count("（未公開）") == 1


def test_the_list_of_measures_follows_the_plan(staff: Client) -> None:
    shown = staff.get(admin_url(Measure, "changelist"), {"policy__plan__id__exact": Plan.objects.get(slug="2016").pk})

    assert [measure.code for measure in shown.context["cl"].result_list] == [
        "1-1",
        "1-2",
        "1-3",
        "2-1",
        "2-2",
        "3-1",
        "3-2",
    ]


def test_there_is_no_deleting_in_bulk(staff: Client) -> None:
    term = Term.objects.get(plan__slug="2016", number=1)

    staff.post(
        admin_url(Term, "changelist"), {"action": "delete_selected", "_selected_action": [term.pk], "post": "yes"}
    )

    assert Term.objects.filter(pk=term.pk).exists()


# ── Deleting ──────────────────────────────────────────────────────────────────


@pytest.fixture
def unused(ict_staff: User) -> Term:
    plan = Plan.objects.get(slug="2016")
    term = Term(plan=plan, number=99, name="未使用語試験", reading="みしようごしけん", explanation="未使用語の説明")
    actions.create_root(root=term, by=ict_staff, reason="試験")
    return term


def test_deleting_asks_for_a_reason(staff: Client, unused: Term) -> None:
    response = staff.post(admin_url(unused, "delete"), {"expected_version": "1"})

    assert set(response.context["form"].errors) == {"reason"}
    assert Term.objects.filter(pk=unused.pk).exists()


def test_what_was_deleted_is_listed_and_comes_back(staff: Client, unused: Term, ict_staff: User) -> None:
    response = staff.post(
        admin_url(unused, "delete"), {"expected_version": "1", "reason": "不要になったため"}, follow=True
    )
    assert [str(message) for message in response.context["messages"]] == [
        "「未使用語試験」を削除しました。「削除した項目」から元に戻せます。"
    ]
    ((state, versions),) = staff.get(admin_url(Term, "deleted")).context["entries"]
    assert (state.title, state.by, state.reason) == ("用語「未使用語試験」", ict_staff, "不要になったため")
    entries = staff.get(versions).context["entries"]
    assert [entry.state.is_deleted for entry in entries] == [True, False]

    url = reverse("admin:plan_term_version", args=[unused.pk, entries[1].state.history_id])
    assert "未使用語の説明" in staff.get(url).content.decode()
    staff.post(url, {"reason": "やはり必要なため"})

    assert Term.objects.get(pk=unused.pk).explanation == "未使用語の説明"
    assert Revision.objects.first().kind == "restored"  # type: ignore[union-attr]


def test_a_term_in_use_shows_where_instead_of_a_button(staff: Client) -> None:
    term = Term.objects.get(plan__slug="2016", number=1)

    shown = staff.get(admin_url(term, "delete"))
    staff.post(admin_url(term, "delete"), {"expected_version": str(term.version), "reason": "試験"})

    assert shown.context["blocked"].places != []
    html = shown.content.decode()
    assert all(place in html for place in shown.context["blocked"].places)
    assert 'name="reason"' not in html
    assert Term.objects.filter(pk=term.pk).exists()


def test_deleting_what_somebody_changed_meanwhile_is_refused(staff: Client, unused: Term, administrator: User) -> None:
    unused.explanation = "変えた説明"
    actions.revise(root=unused, by=administrator, reason="試験", expected_version=1)

    response = staff.post(admin_url(unused, "delete"), {"expected_version": "1", "reason": "不要になったため"})

    assert response.context["form"].non_field_errors() == [
        "この内容は、あなたが開いた後にほかの人が変更しました。 開き直して、内容を確かめてください。"
    ]
    assert Term.objects.filter(pk=unused.pk).exists()


# ── Versions ──────────────────────────────────────────────────────────────────


def test_versions_tell_when_who_why_and_what(staff: Client, unused: Term, ict_staff: User) -> None:
    unused.explanation = "書き換えた説明"
    revision = actions.revise(root=unused, by=ict_staff, reason="言い換え", expected_version=1)

    newest, first = staff.get(admin_url(unused, "versions")).context["entries"]

    assert revision is not None
    assert (newest.number, newest.is_current, newest.state.since, newest.state.by, newest.state.reason) == (
        2,
        True,
        revision.made_at,
        ict_staff,
        "言い換え",
    )
    assert [change.label for change in newest.changes] == ["解説"]
    assert [(piece.kind, piece.text) for piece in newest.changes[0].pieces] == [
        ("removed", "未使用語の"),
        ("added", "書き換えた"),
        ("same", "説明"),
    ]
    assert (first.number, first.is_current) == (1, False)


def test_going_back_needs_a_reason_and_the_right(
    staff: Client, unused: Term, ict_staff: User, administrator: User, client_of: Callable[[User], Client]
) -> None:
    unused.explanation = "書き換えた説明"
    actions.revise(root=unused, by=ict_staff, reason="言い換え", expected_version=1)
    first = Term.history.filter(id=unused.pk).earliest()
    url = reverse("admin:plan_term_version", args=[unused.pk, first.history_id])

    without_reason = staff.post(url, {"expected_version": "2"})
    assert set(without_reason.context["form"].errors) == {"reason"}
    assert client_of(administrator).get(url).context["form"] is None
    assert client_of(administrator).post(url, {"expected_version": "2", "reason": "試験"}).status_code == 403
    unused.refresh_from_db()
    assert unused.explanation == "書き換えた説明"

    staff.post(url, {"expected_version": "2", "reason": "元のほうがよいため"})
    unused.refresh_from_db()
    assert (unused.explanation, unused.version) == ("未使用語の説明", 3)


def test_the_current_state_has_nothing_to_go_back_to(staff: Client, unused: Term) -> None:
    assert staff.get(state_url(unused)).context["form"] is None


def test_versions_of_nothing_are_not_found(staff: Client) -> None:
    assert staff.get(reverse("admin:plan_term_versions", args=[10_000_000])).status_code == 404


def test_djangos_history_leads_to_the_versions(staff: Client, unused: Term) -> None:
    response = staff.get(admin_url(unused, "history"))

    assert (response.status_code, response["Location"]) == (302, admin_url(unused, "versions"))


# ── Preview ───────────────────────────────────────────────────────────────────


def test_the_preview_shows_what_is_typed_with_terms_and_writes_nothing(staff: Client) -> None:
    measure = Measure.objects.get(policy__plan__slug="2016", policy__number=1, number=1)
    term = Term.objects.get(plan__slug="2016", number=1)
    data = opened(staff, measure) | {
        "summary": f"### 見出し\n\n**太字**と{term.name}の試験",
        "issues-0-text": "未保存の課題",
    }

    html = staff.post(admin_url(measure, "preview"), data).content.decode()

    assert "<strong>太字</strong>" in html
    assert re.search(rf'<a class="term" href="[^"]+" data-term="{term.number}">{re.escape(term.name)}</a>', html)
    assert f'id="note-term-{term.number}"' in html
    assert "未保存の課題" in html
    measure.refresh_from_db()
    assert "太字" not in measure.summary
    assert (Revision.objects.count(), measure.version) == (0, 1)


def test_the_preview_escapes_markup(staff: Client) -> None:
    section = Section.objects.get(plan__slug="2016", part="body", path="2/1")
    data = opened(staff, section) | {"title": INJECTION, "body": f"{INJECTION}\n\n[link](javascript:alert(1))"}

    html = staff.post(admin_url(section, "preview"), data).content.decode()

    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert 'href="javascript:' not in html
    assert "&lt;script&gt;alert" in html


def test_a_new_root_is_previewed_before_it_exists(staff: Client) -> None:
    data = filled_in(staff.get(admin_url(Term, "add"))) | {"name": "まだない語", "explanation": "**まだない**説明"}

    html = staff.post(reverse("admin:plan_term_preview"), data).content.decode()

    assert "<strong>まだない</strong>説明" in html
    assert not Term.objects.filter(name="まだない語").exists()


def test_the_preview_is_only_posted_to(staff: Client) -> None:
    assert staff.get(admin_url(one(Term), "preview")).status_code == 405


# ── Injection ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("model", ROOTS)
def test_no_field_lets_markup_into_a_page(model: type[Versioned], staff: Client, ict_staff: User) -> None:
    root = one(model)
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, (models.CharField, models.TextField)) and not field.choices
        if is_text and not field.validators[:-1] and field.name not in {"slug", "path", "number", "postal_code"}:
            setattr(root, field.name, INJECTION[: field.max_length or 500])
    revision = actions.revise(root=root, by=ict_staff, reason=INJECTION, expected_version=1)
    assert revision is not None

    urls = [*pages(model).values(), admin_url(root, "delete"), admin_url(revision, "change")]
    urls += [admin_url(Revision, "changelist"), admin_url(root, "preview")]
    for url in urls:
        response = (
            staff.post(url, filled_in(staff.get(admin_url(root, "change")))) if "preview" in url else staff.get(url)
        )
        if response.status_code == 403:
            continue  # a plan cannot be deleted
        html = response.content.decode()
        assert "<script>alert" not in html, url
        assert "<img src=x" not in html, url


def test_the_search_index_is_left_alone_by_looking(staff: Client) -> None:
    before = SearchDocument.objects.count()

    for model in ROOTS:
        for url in pages(model).values():
            staff.get(url)

    assert SearchDocument.objects.count() == before
