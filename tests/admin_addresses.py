"""Every address of the admin, and who may open it: one table for all tests of the admin's pages."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

STAFF, ADMINISTRATOR = "ict_staff", "administrator"
# Statuses of a GET for ICT推進課 and for an administrator; everybody else is sent to the log-in of the admin.
Pair = tuple[int, int]
BOTH, STAFF_ALONE, ADMINISTRATOR_ALONE, NOBODY = (200, 200), (200, 403), (403, 200), (403, 403)
ELSEWHERE, ONLY_SENT = (302, 302), (405, 405)

# What a model's pages are: name of the view → who may.
_ROOT: dict[str, Pair] = {
    "changelist": BOTH,
    "add": STAFF_ALONE,
    "change": BOTH,
    "delete": STAFF_ALONE,
    "history": ELSEWHERE,
    "versions": BOTH,
    "version": BOTH,
    "deleted": BOTH,
    "preview": ONLY_SENT,
}
_LOOKED_AT: dict[str, Pair] = {
    "changelist": BOTH,
    "add": NOBODY,
    "change": BOTH,
    "delete": NOBODY,
    "history": BOTH,
}
# There is no row, and for a history Django looks for one first.
_HIDDEN: dict[str, Pair] = {**dict.fromkeys(_LOOKED_AT, NOBODY), "history": ELSEWHERE}
# With the states of simple_history, each on a page of its own.
_KEPT: dict[str, Pair] = {**_LOOKED_AT, "add": STAFF_ALONE, "simple_history": BOTH}

_MODELS: dict[str, dict[str, Pair]] = {
    "accounts_user": {
        "changelist": ADMINISTRATOR_ALONE,
        "add": ADMINISTRATOR_ALONE,
        "change": ADMINISTRATOR_ALONE,
        "delete": NOBODY,
        "history": ADMINISTRATOR_ALONE,
        "simple_history": ADMINISTRATOR_ALONE,
    },
    "accounts_department": {**_KEPT, "add": BOTH, "reorganise": BOTH},
    "plan_plan": {**_ROOT, "delete": NOBODY},
    **dict.fromkeys(
        (
            "plan_section",
            "plan_figure",
            "plan_relatedplan",
            "plan_term",
            "plan_policy",
            "plan_measure",
            "plan_pasteffort",
            "plan_direction",
            "plan_survey",
            "plan_question",
            "programs_action",
            "programs_actionyear",
            "programs_indicator",
        ),
        _ROOT,
    ),
    "plan_mending": _LOOKED_AT,
    "plan_revision": _LOOKED_AT,
    "programs_program": {**_ROOT, "next": STAFF_ALONE},
    "programs_upperitem": {**_KEPT, "delete": STAFF_ALONE},
    "programs_actionlineage": _LOOKED_AT,
    **dict.fromkeys(
        (
            "progress_outboxmail",
            "progress_publication",
            "progress_publishedevaluation",
            "progress_publishedmeasure",
            "progress_correction",
            "progress_round",
            "progress_evaluation",
            "progress_evaluationevent",
            "progress_measureevaluation",
            "progress_nextyearproposal",
        ),
        _LOOKED_AT,
    ),
    "progress_scale": _KEPT,
    # Of Django and allauth: nobody's in the admin.
    **dict.fromkeys(
        (
            "auth_group",
            "account_emailaddress",
            "mfa_authenticator",
            "socialaccount_socialapp",
            "socialaccount_socialtoken",
            "socialaccount_socialaccount",
        ),
        _HIDDEN,
    ),
}
STATUSES: dict[str, Pair] = {
    "admin:index": BOTH,
    "admin:app_list": BOTH,
    "admin:jsi18n": BOTH,
    "admin:password_change": BOTH,
    "admin:password_change_done": BOTH,
    # Asked without a field, or for what has no page of its own.
    "admin:autocomplete": NOBODY,
    "admin:view_on_site": (404, 404),
    "admin:login": ELSEWHERE,
    "admin:logout": BOTH,
    "admin:auth_user_password_change": ADMINISTRATOR_ALONE,
    **{f"admin:{model}_{view}": who for model, views in _MODELS.items() for view, who in views.items()},
}
# What somebody is shown: name → who opens it in the tests.
SHOWN: dict[str, str] = {
    name: STAFF if statuses[0] == 200 else ADMINISTRATOR for name, statuses in STATUSES.items() if 200 in statuses
}


def names() -> set[str]:
    """Of every address of the admin."""
    return {f"admin:{name}" for name in _names_below(get_resolver(), within=False)}


def _names_below(resolver: URLResolver, *, within: bool) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _names_below(entry, within=within or entry.namespace == "admin")
        elif isinstance(entry, URLPattern) and entry.name and within:
            yield entry.name
