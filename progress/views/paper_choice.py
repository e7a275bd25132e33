"""/desk/papers/rounds/…: choosing what goes into a paper of a round, with its contents beside the choice."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.lookups import key_in
from accounts.permissions import Permission
from plan.fiscal import date_label
from progress.actions.papers import save_form
from progress.enums import Orientation, PaperKind, PaperPart
from progress.forms.papers import NameForm, SelectionForm
from progress.models import PaperForm, Round
from progress.papers.ordering import order_of_round
from progress.papers.outline import Outline, outline_of
from progress.papers.selection import Cover, Selection
from progress.queries.papers import measures_of
from progress.views.access import reader
from progress.views.papers import ordered
from progress.views.round_access import round_form

COVER_FIELDS = ("committee", "number", "date", "bureau")


@round_form(Permission.PUBLISH)
def choose(request: HttpRequest, round_: Round) -> HttpResponse:
    """GET the fields of the form (or form=帳票's key): the preview. POST: order it; with save and name: keep it."""
    data = request.POST if request.method == "POST" else _asked(request)
    measures = [(each.code, str(each)) for each in measures_of(round_)]
    form = SelectionForm(data, measures=measures)
    is_saved = request.method == "POST" and "save" in request.POST
    name_form = NameForm(request.POST if is_saved else None)
    if form.is_valid() and request.method == "POST" and (not is_saved or name_form.is_valid()):
        return _kept(request, round_, form, name_form) if is_saved else _ordered(request, round_, form)
    outline = _outline(round_, form)
    context = {
        "round": round_,
        "form": form,
        "name_form": name_form,
        "entries": outline.entries,
        "unlisted": outline.unlisted,
    }
    return render(request, "desk/papers/choose.html", context)


def _asked(request: HttpRequest) -> Any:
    """What the address says; a 帳票, or what a committee's paper usually holds, where it says nothing."""
    if "parts" in request.GET or "orientation" in request.GET:
        return request.GET
    saved = PaperForm.objects.filter(pk=key_in(request.GET.get("form", "")) or 0).first()
    if saved is not None:
        return form_values(Selection.from_json(saved.selection)) | {"recipient": request.GET.get("recipient", "")}
    cover = Cover(committee="川崎市議会 総務委員会", number="資料1", date=date_label(timezone.localdate())[:-3])
    return form_values(Selection.of(PaperKind.COMMITTEE, cover=cover))


def form_values(selection: Selection) -> dict[str, Any]:
    cover = selection.cover
    return {
        "parts": [part.value for part in selection.parts],
        "measures": list(selection.measures),
        "orientation": selection.orientation.value,
        "title": cover.subject,
        "as_it_stands": selection.as_it_stands,
        **{name: getattr(cover, name) for name in COVER_FIELDS},
    }


def selection_of(values: Mapping[str, Any]) -> Selection:
    """`values`: a valid form's."""
    cover = Cover(subject=values["title"], **{name: values[name] for name in COVER_FIELDS})
    parts = tuple(part for part in PaperPart if part.value in values["parts"])
    return Selection(
        PaperKind.COMMITTEE,
        parts,
        Orientation(values["orientation"]),
        cover,
        tuple(values["measures"]),
        as_it_stands=values["as_it_stands"],
    )


def _outline(round_: Round, form: SelectionForm) -> Outline:
    """The contents of what is chosen. What else is chosen wrongly is left aside."""
    if "parts" in form.errors:
        return Outline()
    values = form_values(Selection(PaperKind.COMMITTEE, ()))
    return outline_of(round_, selection_of(values | form.cleaned_data))


def _ordered(request: HttpRequest, round_: Round, form: SelectionForm) -> HttpResponse:
    values = form.cleaned_data
    paper, is_new = order_of_round(
        round_=round_, selection=selection_of(values), by=reader(request), recipient=values["recipient"]
    )
    return ordered(request, paper, is_new)


def _kept(request: HttpRequest, round_: Round, form: SelectionForm, name_form: NameForm) -> HttpResponse:
    selection = selection_of(form.cleaned_data)
    kept = save_form(name=name_form.cleaned_data["name"], selection=selection.as_json(), by=reader(request))
    messages.success(request, f"帳票『{kept.name}』を保存しました。ほかの年度の資料にも使えます。")
    # For whom the paper at hand is does not belong to the 帳票, and stays typed.
    asked = urlencode({"form": kept.pk, "recipient": form.cleaned_data["recipient"]})
    return redirect(f"{request.path}?{asked}")
