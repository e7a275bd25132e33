"""施策評価: the measures of a round, and the evaluation of each with the sums of its actions at hand."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.permissions import Permission
from progress.actions.measures import save_measure_evaluation
from progress.errors import NotNow, StaleSave
from progress.forms.measures import MeasureForm
from progress.models import Evaluation, MeasureEvaluation, Round
from progress.queries.filling import entries_of
from progress.queries.first_frame import in_published_words, published_frame
from progress.queries.measure_rollups import MeasureSums, actions_page, grade_counts, measure_rows, sums_by_measure
from progress.views.access import reader
from progress.views.measure_conflict import chosen, differences
from progress.views.round_access import round_form, round_page, shown

Code = tuple[int, int]


@round_page(Permission.EVALUATE_MEASURES)
def measures(request: HttpRequest, round_: Round) -> HttpResponse:
    return shown(request, "desk/rounds/measures.html", round_, "measures", rows=measure_rows(round_))


@round_form(Permission.EVALUATE_MEASURES)
def measure(request: HttpRequest, round_: Round, code: Code) -> HttpResponse:
    """GET page (of the actions). POST version, rating_id, reason, results, problems, outlook."""
    found = measure_or_404(round_, code)
    if request.method == "POST":
        return _saved(request, round_, found)
    return _page(request, round_, found)


def measure_or_404(round_: Round, code: Code) -> MeasureEvaluation:
    policy, number = code
    rows = MeasureEvaluation.objects.filter(round=round_, measure__policy__number=policy, measure__number=number)
    found = rows.select_related("measure__policy__plan", "rating", "saved_by").first()
    if found is None:
        raise Http404("この施策の評価はありません。")
    in_published_words([found], published_frame(round_))
    return found


def _page(
    request: HttpRequest, round_: Round, found: MeasureEvaluation, form: MeasureForm | None = None
) -> HttpResponse:
    entries = entries_of(round_)
    sums = sums_by_measure(round_, measure=found.measure_id).get(found.measure_id, MeasureSums())
    context: dict[str, Any] = {
        "evaluation": found,
        "sums": sums,
        "grades": grade_counts(sums, entries),
        "form": form or MeasureForm(evaluation=found, entries=entries),
        "page": actions_page(Evaluation.objects.filter(round=round_), found.measure_id, request.GET.get("page", "")),
    }
    return shown(request, "desk/rounds/measure.html", round_, "measures", **context)


def _saved(request: HttpRequest, round_: Round, found: MeasureEvaluation) -> HttpResponse:
    entries = entries_of(round_)
    current = MeasureForm(evaluation=found, entries=entries)
    form = MeasureForm(chosen(request.POST, current), evaluation=found, entries=entries)
    if not form.is_valid():
        return _page(request, round_, found, form)
    try:
        stored = save_measure_evaluation(
            evaluation=found, values=form.values, by=reader(request), expected_version=form.read_version
        )
    except StaleSave:
        return _compared(request, round_, found, form)
    except NotNow as error:
        return _compared(request, round_, found, form, closed=str(error))
    messages.success(request, f"{stored.measure}の評価を保存しました。")
    return redirect("desk:round_measure", round_.slug, stored.measure.code)


def _compared(
    request: HttpRequest, round_: Round, found: MeasureEvaluation, form: MeasureForm, closed: str = ""
) -> HttpResponse:
    """Both side by side; `closed` says why nothing can be saved now."""
    stored = measure_or_404(round_, (found.measure.policy.number, found.measure.number))
    current = MeasureForm(evaluation=stored, entries=entries_of(round_))
    context = {
        "round": round_,
        "evaluation": stored,
        "differences": differences(form, current, request.POST),
        "closed": closed,
    }
    return render(request, "desk/rounds/measure_conflict.html", context, status=409)
