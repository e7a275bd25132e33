"""The load that is measured (`make bench`), and the list of what is measured in it."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.urls import get_resolver

from accounts.audit import verify
from accounts.demo import ensure_accounts
from accounts.models import User
from plan.models import Revision
from programs.models import Action, ActionYear
from progress.enums import RoundState, Status
from progress.load import make_load
from progress.models import Correction, Evaluation, NextYearProposal, PublishedEvaluation, Round
from tests.bench import rounds_worker
from tests.bench.rounds_pages import ADMIN, EMPTY, FILES, PAGES, PLAIN, ROOTS, STAFF, WHOLE_YEAR, Page, admin_page
from tests.progress import round_addresses
from tests.test_addresses import PUBLISHED

ACTIONS = 120
WORKBOOKS = ("committee", "round_committee", "round_data", "round_preview_data")
MOST_QUERIES = 12
# Pages of people, of the plan, of the city's own items and steps, lists of addresses, a search that finds nothing.
OF_NO_PROGRAMME = {
    "admin:accounts_department_change",
    "admin:accounts_department_changelist",
    "admin:accounts_user_change",
    "admin:accounts_user_changelist",
    "admin:autocomplete",
    "admin:programs_upperitem_add",
    "admin:programs_upperitem_changelist",
    "admin:progress_scale_add",
    "admin:progress_scale_change",
    "admin:progress_scale_changelist",
    "admin:progress_scale_history",
    "plan:glossary",
    "plan:plan",
    "plan:search",
    "plan:sitemap_part_xml",
    "plan:sitemap_xml",
    "plan:term",
}

MEASURED = {page.name for page in (*PAGES, *FILES)}
# Page of the desk → why the bench does not open it.
OF_DESK_NOT_MEASURED = {
    **dict.fromkeys(round_addresses.DEEDS.keys() - MEASURED, "done with POST alone"),
    "desk:autosave": "an answer to the form, not a page",
    **dict.fromkeys(round_addresses.PAPERS - MEASURED, "a paper or its steps: tests.bench.papers"),
    **{f"desk:{name}_xlsx": "a workbook: tests.bench.books" for name in WORKBOOKS},
    **{f"desk:sheets_{name}": "a workbook: tests.bench.uploads" for name in ("download", "marked", "preview")},
    "programs_desk:template": "a workbook: tests.bench.books",
    "programs_desk:export": "a workbook: tests.bench.books",
    # A file holds some 900 actions at most; its 13 questions are counted in tests/programs/test_importing_published.py.
    "programs_desk:preview": "reads the whole programme beside the whole file",
}


def test_every_page_of_programmes_and_rounds_is_measured() -> None:
    of_rounds = {
        round_addresses.LIST,
        *round_addresses.PAGES,
        *round_addresses.OF_PLANNED,
        *round_addresses.OF_PUBLISHED,
        *round_addresses.COMMITTEE,
    }
    desk = {"desk:home", "desk:evaluation", "desk:transition", "programs_desk:programs", "programs_desk:import"}
    # What is looked at before a deed on many, papers and workbooks before they are made, and who did all that.
    desk |= {"desk:round_accept", "desk:round_confirm", "desk:round_publish_late_many"}
    desk |= {"desk:papers", "desk:paper_choose", "desk:sheets", "accounts:audit"}
    # Workbooks and papers have benches of their own.
    of_their_own = ("_xlsx", "_pdf")
    wanted = {name for name in of_rounds | desk | set(PUBLISHED) if not name.endswith(of_their_own)}
    assert {name for name in MEASURED if not name.startswith(("plan:", "admin:"))} == wanted


def test_every_page_of_the_desk_is_measured_or_named() -> None:
    resolvers: list[Any] = [each for each in get_resolver().url_patterns if hasattr(each, "url_patterns")]
    of_desk = [each for each in resolvers if each.namespace in {"desk", "programs_desk"}]
    desk = {f"{each.namespace}:{url.name}" for each in of_desk for url in each.url_patterns}
    assert desk - MEASURED == set(OF_DESK_NOT_MEASURED)


def test_every_list_of_the_admin_is_measured() -> None:
    apps = {"programs", "progress"}
    registered = {model._meta.label for model in admin.site._registry if model._meta.app_label in apps}
    listed = {model for models in ADMIN.values() for model in models}
    assert {model for model in listed if model.partition(".")[0] in apps} == registered


def test_every_page_of_the_admin_is_measured_or_named() -> None:
    """組織改編 asks step by step: only its first page is a GET, the others are sent."""
    apps = {"programs", "progress"}
    of_models = {
        f"admin:{url.name}"
        for model, own in admin.site._registry.items()
        if model._meta.app_label in apps
        for url in own.urls
        if url.name
    }
    assert of_models - MEASURED == set(_not_measured())
    assert {"admin:accounts_department_reorganise", "admin:autocomplete"} <= MEASURED


def _not_measured() -> dict[str, str]:
    """Page of the admin → why the bench does not open it."""
    models = [model for models in ADMIN.values() for model in models if model.startswith(("programs.", "progress."))]
    looked_at = [model for model in models if model not in (*ROOTS, *PLAIN)]
    return {
        **{admin_page(model, view): "nobody may" for model in looked_at for view in ("add", "delete")},
        "admin:progress_scale_delete": "nobody may",
        **{admin_page(model, view): "there is none" for model in EMPTY for view in ("change", "history")},
        "admin:programs_upperitem_delete": "there is none",
        "admin:programs_upperitem_simple_history": "there is none",
        "admin:progress_scale_simple_history": "the form of a scale again; no action adds to it",
        **{admin_page(model, "history"): "leads to the versions" for model in ROOTS},
        **{admin_page(model, "preview"): "what the form sends into a window of its own" for model in ROOTS},
    }


@pytest.mark.django_db
def test_the_load_is_what_a_portal_in_use_holds(ict_staff: User) -> None:
    (program,) = make_load(plans=1, actions=ACTIONS, years=3, by=ict_staff, say=lambda text: None)
    assert Action.objects.filter(program=program).count() == ACTIONS
    # A year more than there are rounds: the last round proposes it.
    assert ActionYear.objects.filter(action__program=program).count() == 4 * ACTIONS
    states = Round.objects.filter(program=program).order_by("year").values_list("year", "state")
    assert list(states) == [
        (2016, RoundState.PUBLISHED),
        (2017, RoundState.PUBLISHED),
        (2018, RoundState.OPEN),
    ]
    assert PublishedEvaluation.objects.filter(is_current=True).count() == 2 * ACTIONS
    # One correction for each hundred: the first state stays.
    assert Correction.objects.count() == 2 * 2
    assert PublishedEvaluation.objects.filter(is_current=False).count() == 2 * 2
    accepted = Evaluation.objects.filter(round__year=2018, status=Status.ACCEPTED)
    assert NextYearProposal.objects.count() == accepted.count() > 0
    assert Revision.objects.shown().filter(plan=program.plan).count() == 10 * ACTIONS
    found = verify()
    assert (found.fault, found.checked) == ("", 10 * ACTIONS)


@pytest.mark.django_db
def test_no_page_takes_more_than_12_queries_and_each_says_that_it_shows_sample_data(
    settings: Any, tmp_path: Path
) -> None:
    """Every page the bench measures, at a size that fills their first page."""
    settings.VAR_DIR = tmp_path
    ensure_accounts()
    make_load(plans=1, actions=ACTIONS, years=rounds_worker.YEARS, by=_staff(), say=lambda text: None)
    rounds_worker.add_people_and_papers()
    pages = rounds_worker.Pages()
    counted = {f"{page.name} {page.query} {page.person}": pages.measure(page)["queries"] for page in (*PAGES, *FILES)}
    assert {page: count for page, count in counted.items() if count > MOST_QUERIES} == {}
    silent = [page.name for page in (*PAGES, *WHOLE_YEAR) if "見本データ" not in _shown(pages, page)]
    assert set(silent) == OF_NO_PROGRAMME


def _shown(pages: rounds_worker.Pages, page: Page) -> str:
    html: str = pages.answer(page).content.decode()
    return html


def _staff() -> User:
    return User.objects.get(staff_number=STAFF)
