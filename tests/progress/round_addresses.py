"""Every address of ICT推進課 and of the committee about a round, and who may open it."""

from collections.abc import Mapping
from typing import Any

# Name → how to fill it in; {evaluation}, {extension}, {proposal} stand for keys of the round 2016.
PAGES: dict[str, dict[str, Any]] = {
    "desk:round": {},
    "desk:round_edit": {},
    "desk:round_guidance": {},
    "desk:round_evaluations": {},
    "desk:round_evaluations_csv": {},
    "desk:round_committee_xlsx": {},
    "desk:round_data_xlsx": {},
    "desk:round_exception": {"pk": "evaluation"},
    "desk:round_plans": {},
    "desk:round_extensions": {},
    "desk:round_hand_over": {},
    "desk:round_add_evaluations": {},
    "desk:round_extension": {"pk": "extension"},
    "desk:round_measures": {},
    "desk:round_measure": {"code": "1-1"},
    "desk:round_next_year": {},
    "desk:round_proposal": {"pk": "proposal"},
    "desk:round_publish": {},
    "desk:round_preview": {},
    "desk:round_preview_actions": {},
    "desk:round_preview_action": {"code": "1-1-900"},
    "desk:round_preview_measure": {"code": "1-1"},
    "desk:round_preview_departments": {},
    "desk:round_preview_department": {"code": "T-0001"},
    "desk:round_preview_changes": {},
    "desk:round_preview_csv": {"name": "actions"},
    "desk:round_preview_data_xlsx": {},
    "desk:round_preview_progress": {},
    "desk:round_preview_home": {},
    "desk:round_preview_rest": {"path": "corrections/"},
}
# Of a round in preparation, and of a published one.
OF_PLANNED: dict[str, dict[str, Any]] = {"desk:round_open": {}}
OF_PUBLISHED: dict[str, dict[str, Any]] = {
    "desk:round_corrections": {},
    "desk:round_correct_evaluation": {"pk": "published"},
    "desk:round_correct_measure": {"code": "1-1"},
    "desk:round_publish_late": {"pk": "published"},
}
# What is only ever done, with POST.
DEEDS: dict[str, dict[str, Any]] = {
    "desk:round_start": {},
    "desk:round_chase": {},
    "desk:round_release": {},
    "desk:round_withdraw": {},
    "desk:round_accept": {},
    "desk:round_extension_remove": {"pk": "extension"},
    "desk:round_confirm": {},
    "desk:round_exceptions": {},
    "desk:round_publish_late_many": {},
    "desk:round_publish_now": {},
    "desk:round_schedule": {},
    "desk:round_unschedule": {},
}
COMMITTEE: dict[str, dict[str, Any]] = {
    "desk:committee": {},
    "desk:committee_round": {"slug": "2016"},
    "desk:committee_measure": {"slug": "2016", "code": "1-1"},
}
# Of papers; tests/progress/test_papers_pages.py says who may.
PAPERS = {
    "desk:papers",
    "desk:paper",
    "desk:paper_pdf",
    "desk:paper_again",
    "desk:paper_release",
    "desk:paper_withdraw",
    "desk:paper_form_delete",
    "desk:paper_order_plan",
    "desk:paper_choose",
    "desk:paper_order",
}
# Files for the committee that are there only once everything in them is decided: tests/progress/test_books_views.py.
COMMITTEE_FILES: dict[str, dict[str, Any]] = {"desk:committee_xlsx": {"slug": "2016"}}
LIST = "desk:rounds"
ALL = {LIST, *PAGES, *OF_PLANNED, *OF_PUBLISHED, *DEEDS, *COMMITTEE, *COMMITTEE_FILES, *PAPERS}


def statuses(responses: Mapping[str, Any]) -> dict[str, int]:
    """What each of several addresses answered."""
    return {name: response.status_code for name, response in responses.items()}
