"""Gives people back what they typed when their request had to be refused."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

_SECRET = re.compile(r"password|passwd|secret|token|credential|otp|csrf", re.IGNORECASE)
# What forms send about themselves: buttons, formset counts, keys of rows, hidden values.
_MACHINERY = re.compile(
    r"^_|^action$|^select_across$|^index$|^next$|(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$|(^|-)id$|__prefix__|^(pk|all|shown|seen|put_back|kind|subject)$"
)

Labels = Callable[[str], str | None]
"""The Japanese name of a field that holds text; None for what nobody has typed: choices, numbers of versions."""

# Beginning of an address → what its forms' fields are called; later apps add theirs (`name_fields`).
_LABELS: dict[str, Labels] = {}


def name_fields(path: str, labels: Labels) -> None:
    """Forms below `path` are given back with these names."""
    _LABELS[path] = labels


@dataclass(frozen=True)
class TypedText:
    """One field as it was sent: what to call it, and its text."""

    label: str
    text: str
    rows: int


def lost_text_page(request: HttpRequest, *, title: str, reason: str) -> HttpResponse:
    """Status 403 with the typed text in read-only fields and a log-in link in a new tab.

    Text that another site sent is not shown: nobody here typed it.
    """
    context = {
        "title": title,
        "reason": reason,
        "fields": typed_text(request) if _is_from_here(request) else [],
        "login_url": f"{reverse('account_login')}?next={_page_before(request)}",
    }
    return render(request, "accounts/lost_text.html", context, status=403)


def typed_text(request: HttpRequest) -> list[TypedText]:
    """The fields of a POST that hold text, in their order; never passwords, tokens or the form's own fields."""
    if request.path.startswith("/accounts/"):
        return []  # log-in, passwords and one-time codes
    typed: list[TypedText] = []
    for name in request.POST:
        if _SECRET.search(name) or _MACHINERY.search(name):
            continue
        label_or_none = _label(request.path, name)
        if label_or_none is None:
            continue
        for text in request.POST.getlist(name):
            if text.strip():
                label = label_or_none or f"入力欄 {len(typed) + 1}"
                typed.append(TypedText(label=label, text=text.replace("\0", ""), rows=min(12, 1 + len(text) // 40)))
    return typed


def _is_from_here(request: HttpRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    return site in {"same-origin", "none"} and (origin is None or urlsplit(origin).netloc == request.get_host())


def _page_before(request: HttpRequest) -> str:
    """Where to go after the log-in: the page with the form, which answers GET, unlike some addresses forms post to."""
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return urlsplit(referer).path
    return reverse("accounts:me")


def _label(path: str, name: str) -> str | None:
    """The Japanese name of a field, e.g. 「題名」; "" where the address tells no model, None for what is no text."""
    for beginning, labels in _LABELS.items():
        if path.startswith(beginning):
            return labels(name)
    match = re.match(r"/admin/(\w+)/(\w+)/", path)
    if match is None:
        return ""
    try:
        model = apps.get_model(match[1], match[2])
        field = model._meta.get_field(name)
    except (LookupError, FieldDoesNotExist):
        return ""
    return str(getattr(field, "verbose_name", ""))
