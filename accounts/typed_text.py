"""Gives people back what they typed and chose when their request had to be refused.

Whoever sends a form is a stranger here: the session has ended. So nothing is
looked up that a stranger may not know. What a row is called comes from the
form itself, which sends its words along, hidden; what was chosen is said in
words where it is one of a fixed list, or a row that `tell_rows` names; else
the number that was sent stands in its place.
"""

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import Department

_SECRET = re.compile(r"password|passwd|secret|token|credential|otp|csrf", re.IGNORECASE)
# What forms send about themselves: buttons, formset counts, keys of rows, hidden values.
_MACHINERY = re.compile(
    r"^_|^action$|^select_across$|^index$|^next$|(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$|(^|-)id$|__prefix__"
    r"|^(initial|words-of)-|(^|-)(shown|fingerprint)$"
    r"|^(seal|seen|put_back|kind|subject|version|expected_version|whole|then|go)$"
)
WORDS_OF = "words-of-"
"""Begins the hidden fields that say what a form calls its rows."""

Named = tuple[str, str]
"""What a field is called ("" where nothing tells), and what was sent, in words."""
Reader = Callable[[str, str], Named]
"""(name of a field, what was sent) → `Named`."""

# Pattern of the beginning of an address → who reads what is sent there; later apps add theirs (`name_fields`).
_READERS: dict[str, Callable[[HttpRequest], Reader]] = {}
# Model → the rows of it whose names a stranger may be told.
_TOLD: dict[type[models.Model], Callable[[], models.QuerySet[Any]]] = {
    # A 組織改編 may be entered ahead of its day.
    Department: lambda: Department.objects.filter(valid_from__lte=timezone.localdate()),
}


def name_fields(beginning: str, reader: Callable[[HttpRequest], Reader]) -> None:
    """Forms at addresses that begin so (a regular expression) are given back as `reader` says."""
    _READERS[beginning] = reader


def tell_rows(model: type[models.Model], rows: Callable[[], models.QuerySet[Any]]) -> None:
    """Who chose one of `rows` gets it back by name; anybody may be told these names, for anybody can send a key."""
    _TOLD[model] = rows


@dataclass(frozen=True)
class TypedText:
    """One field as it was sent: what to call it, and its text; of several values each has a line."""

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


def typed_text(request: HttpRequest, *, without: Container[str] = ()) -> list[TypedText]:
    """What was typed and chosen of a POST, in its order; never passwords, tokens, the form's own fields or `without`.

    Fields in a row that are called the same, as the rows of a table, come as one text with a line for each.
    At most one query for each model of which rows were chosen.
    """
    if request.path.startswith("/accounts/"):
        return []  # log-in, passwords and one-time codes
    read = _reader(request)
    typed: list[TypedText] = []
    for name in request.POST:
        if name in without or _SECRET.search(name) or _MACHINERY.search(name):
            continue
        named = [read(name, text) for text in request.POST.getlist(name) if text.strip()]
        if named:
            label = named[0][0].replace("\0", "") or f"入力欄 {len(typed) + 1}"
            text = "\n".join(words for _, words in named).replace("\0", "")
            if typed and typed[-1].label == label:
                text = f"{typed.pop().text}\n{text}"
            typed.append(TypedText(label=label, text=text, rows=min(12, text.count("\n") + 1 + len(text) // 40)))
    return typed


def words_sent(request: HttpRequest) -> dict[str, str]:
    """What the form calls its rows, by what follows `WORDS_OF`."""
    sent = request.POST.items()
    return {name.removeprefix(WORDS_OF): str(text).strip() for name, text in sent if name.startswith(WORDS_OF)}


class FieldReader:
    """Reads what is sent to a form with these fields."""

    def __init__(self, fields: Mapping[str, forms.Field]) -> None:
        self._fields = fields
        self._rows: dict[Any, dict[str, str]] = {}

    def __call__(self, name: str, text: str) -> Named:
        return self.named(self._fields.get(name), text)

    def named(self, field: forms.Field | None, text: str) -> Named:
        return ("", text) if field is None else (str(field.label or ""), self._words(field, text))

    def _words(self, field: forms.Field, text: str) -> str:
        if isinstance(field, forms.BooleanField):
            return "はい"
        if isinstance(field, forms.ModelChoiceField):
            model = field.queryset.model if field.queryset is not None else None
            return self._told(model).get(text, f"一覧から選んだもの（番号{text}）")
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            flat: Any = flatten_choices(choices)
            return next((str(label) for key, label in flat if str(key) == text), text)
        return text

    def _told(self, model: Any) -> dict[str, str]:
        if model not in self._rows:
            rows = _TOLD[model]() if model in _TOLD else ()
            self._rows[model] = {str(row.pk): str(row) for row in rows}
        return self._rows[model]


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


def _reader(request: HttpRequest) -> Reader:
    for beginning, reader in _READERS.items():
        if re.match(beginning, request.path):
            return reader(request)
    match = re.match(r"/admin/(\w+)/(\w+)/", request.path)
    try:
        return _AdminReader(apps.get_model(match[1], match[2])) if match else FieldReader({})
    except LookupError:
        return FieldReader({})


class _AdminReader(FieldReader):
    """Reads the form of a model in the admin with its rows (`rows-0-field`)."""

    def __init__(self, model: type[models.Model]) -> None:
        own = admin.site.get_model_admin(model).form.declared_fields if admin.site.is_registered(model) else {}
        super().__init__({**_form_fields(model), **own})
        self._below = {relation.get_accessor_name(): relation.related_model for relation in model._meta.related_objects}
        self._fields_below: dict[str, dict[str, forms.Field]] = {}

    def __call__(self, name: str, text: str) -> Named:
        match = re.fullmatch(r"(\w+)-([0-9]{1,4})-(\w+)", name)
        if match is None or match[1] not in self._below:
            return super().__call__(name, text)
        rows, number, field = match.groups()
        model: Any = self._below[rows]
        if rows not in self._fields_below:
            self._fields_below[rows] = {**_form_fields(model), "DELETE": forms.BooleanField(label="削除")}
        label, words = self.named(self._fields_below[rows].get(field), text)
        return f"{model._meta.verbose_name}{int(number) + 1}の{label or field}", words


def _form_fields(model: type[models.Model]) -> dict[str, forms.Field]:
    """As Django makes them of the columns."""
    columns = [*model._meta.fields, *model._meta.many_to_many]
    return {column.name: field for column in columns if (field := column.formfield()) is not None}
