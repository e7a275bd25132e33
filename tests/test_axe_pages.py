"""Every address that shows a page is looked at with axe-core in a browser. A new one fails here until it is listed."""

from pathlib import Path

from django.urls import get_resolver

from tests import admin_addresses
from tests.admin_addresses import STATUSES
from tests.e2e.axe_pages import NOT_A_PAGE, ON_THE_WAY, looked_at
from tests.progress.round_addresses import DEEDS
from tests.test_addresses import CUT_SHORT, names_below

# Downloads, and what programs read.
FILES = {
    "healthz",
    "readyz",
    "accounts:session",
    "plan:robots",
    "programs_desk:export",
    "programs_desk:template",
    "desk:autosave",
    "desk:sheets_download",
    "desk:sheets_marked",
}
ENDS_OF_FILES = ("_csv", "_xlsx", "_xml", "_pdf")
# What is only ever sent, or leads elsewhere.
NEVER_SHOWN = {
    *DEEDS,
    *CUT_SHORT,
    "accounts:email",
    "desk:paper_again",
    "desk:paper_release",
    "desk:paper_withdraw",
    "desk:paper_form_delete",
    "desk:paper_order",
    "desk:paper_order_plan",
}
# Of deeds on many, the page that is looked at before.
DEEDS_WITH_A_PAGE = {"desk:round_accept", "desk:round_confirm", "desk:round_publish_late_many"}


def test_every_page_is_looked_at_with_axe() -> None:
    of_nobody = {name for name, statuses in STATUSES.items() if 200 not in statuses}
    exceptions = FILES | NOT_A_PAGE | of_nobody | NEVER_SHOWN - DEEDS_WITH_A_PAGE
    known = names_below(get_resolver()) | admin_addresses.names()
    pages = {name for name in known - exceptions if not name.endswith(ENDS_OF_FILES)}
    of_allauth = {name for name in looked_at() if ":" not in name}
    assert looked_at() - of_allauth == pages


def test_what_is_looked_at_on_the_way_is_looked_at_there() -> None:
    folder = Path(__file__).parent / "e2e"
    missing = []
    for name, (test, where) in ON_THE_WAY.items():
        functions = (folder / f"{test}.py").read_text(encoding="utf-8").split("\n\n\n")
        afterwards = [function.partition(where)[2] for function in functions]
        if not any("assert_axe_clean(" in text or "_assert_good(" in text for text in afterwards):
            missing.append(name)
    assert missing == []
