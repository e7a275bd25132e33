"""What the addresses of the admin's lists and selections may ask of the database."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import BadRequest, EmptyResultSet
from django.http import Http404, HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from accounts.admin_audit import AuditedMixin
from accounts.admin_titles import TitledMixin

if TYPE_CHECKING:
    _Base = admin.ModelAdmin
    _Inline = InlineModelAdmin
else:
    _Base = object
    _Inline = object

# What the filters beside the lists make use of.
_PLAIN = {"exact", "in", "isnull", "gte", "lt"}
_LONGEST_KEY = 18
_LONGEST_QUERY = 10_000


def key_in(address: str) -> int | None:
    """The primary key that stands in an address; None where it is none a row could have."""
    return int(address) if address.isascii() and address.isdecimal() and len(address) <= _LONGEST_KEY else None


class PlainLookupsMixin(_Base):
    """Lists compare plainly; Django's admin would take any lookup typed into the address.

    A malformed pattern (`?title__regex=(`) or a lookup that the database does
    not know (`?title__search=`) would end in an error, and a pattern can run long.
    Nor do filters count their rows (`?_facets=`): that takes a query for each choice.
    """

    show_facets = admin.ShowFacets.NEVER

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        is_plain = "__" not in lookup or lookup.rpartition("__")[2] in _PLAIN
        return is_plain and super().lookup_allowed(lookup, value, request)


class KeySelect(AutocompleteSelect):
    """Django's asks the database for whatever was sent as the choice, and fails where that is no key.

    Nor has it a name for a screen reader: our script gives it that of its label.
    """

    @property
    def media(self) -> forms.Media:
        ours = ["admin/js/jquery.init.js", "admin/js/autocomplete.js", "admin_portal/autocomplete.js"]
        return super().media + forms.Media(js=ours)

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        return super().optgroups(name, [each for each in value if not each or key_in(str(each)) is not None], attr)


class KeysField(forms.ModelMultipleChoiceField):
    """Django's asks the database for whatever was sent, and SQLite fails where a number is too long."""

    def clean(self, value: Any) -> Any:
        for each in value or ():
            if key_in(str(each)) is None:
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": each}
                )
        return super().clean(value)


def choices_of(field: "forms.ModelChoiceField[Any]", request: HttpRequest) -> list[tuple[Any, str]]:
    """What may be chosen, read once for all selections of a page that offer the same.

    Django asks the database anew for each selection. One query for the first of them.
    """
    known: dict[object, list[tuple[Any, str]]] = request.__dict__.setdefault("_choices_read", {})
    offered = (type(field), field.empty_label, field.to_field_name, _question(field))
    if offered not in known:
        choices: Any = field.choices
        # `list(choices)` would count them before.
        known[offered] = list(iter(choices))
    return known[offered]


def _question(field: "forms.ModelChoiceField[Any]") -> str:
    """What the database is asked for the choices; "" where it need not be asked, for there can be none."""
    try:
        return str(field.queryset.query)  # type: ignore[union-attr]  # it has one
    except EmptyResultSet:
        return ""


class ChoicesOnceMixin(_Inline):
    """Rows of a form: what may be chosen is read once, not once for each row."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name not in {*self.raw_id_fields, *self.get_autocomplete_fields(request)}:
            field.choices = choices_of(field, request)
        return field


class HistoryAdmin(AuditedMixin, TitledMixin, PlainLookupsMixin, SimpleHistoryAdmin):
    """The history of a row, and its changes on record.

    404 for an address without a key, which simple_history would look for all the same. Who made a change is a link
    for those who may follow it.
    """

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if key_in(object_id) is None:
            raise Http404
        may_see_people = request.user.has_perm("accounts.view_user")
        no_links = {} if may_see_people else {"admin_user_view": ""}
        return super().history_view(request, object_id, {**(extra_context or {}), **no_links})

    def set_history_delta_changes(self, *args: Any, **kwargs: Any) -> None:
        """Our page does not show them, and they take queries for each state."""


class AddressMiddleware:
    """Refuses what a database cannot compare text with, before a view that is not ours asks it.

    PostgreSQL knows no NUL, and SQLite no pattern of more than 50 000 characters.
    404 for a NUL in the path; 400 for one in a question of the admin's lists, or a question too long.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path:
            raise Http404
        asked = request.META.get("QUERY_STRING", "")
        if request.path.startswith("/admin/") and ("%00" in asked or len(asked) > _LONGEST_QUERY):
            raise BadRequest("The query string holds a NUL or is too long.")
        return self.get_response(request)
