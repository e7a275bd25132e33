"""The 調書 of a round: the list, its file, exceptions. 確認 of many at once: `progress.views.round_acceptance`."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from accounts.audit import record_export
from accounts.csv_export import csv_stream
from accounts.permissions import Permission
from progress.actions.rounds import set_exception
from progress.enums import Status
from progress.errors import NotNow
from progress.forms.round_lists import EvaluationFilterForm
from progress.forms.rounds import ExceptionForm
from progress.models import Evaluation, Round
from progress.queries.desk import listed, sort_head
from progress.queries.first_frame import published_frame
from progress.queries.left_out import exception_problem
from progress.queries.round_evaluations import departments_of_round, evaluations_of, for_file, measures_of_round
from progress.round_exports import evaluation_columns
from progress.views.access import reader
from progress.views.round_access import round_form, round_page, shown

SORT_HEADS = (
    ("code", "コード"),
    ("title", "取組"),
    ("department", "所管課"),
    ("status", "状態"),
    ("due", "期限"),
)


def filter_of(request: HttpRequest, round_: Round) -> EvaluationFilterForm:
    return EvaluationFilterForm(
        request.GET, departments=departments_of_round(round_), measures=measures_of_round(round_)
    )


def narrowed(form: EvaluationFilterForm, round_: Round) -> QuerySet[Evaluation]:
    return form.narrow(evaluations_of(round_), round_, timezone.localdate())


@round_page(Permission.REVIEW)
def evaluations(request: HttpRequest, round_: Round) -> HttpResponse:
    """GET state, department, measure, q, late, exception, sort, page."""
    form = filter_of(request, round_)
    found, sort = narrowed(form, round_), request.GET.get("sort", "")
    page, rows = listed(found, sort=sort or "code", page=request.GET.get("page", ""), with_grades=True)
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "acceptable": found.filter(status=Status.ENDORSED).count(),
        "heads": [sort_head(key, label, sort) for key, label in SORT_HEADS],
        "sort": sort,
        "query": f"{form.query}sort={sort}&" if sort in _SORTS else form.query,
    }
    return shown(request, "desk/rounds/evaluations.html", round_, "evaluations", **context)


_SORTS = {f"{sign}{key}" for key, _ in SORT_HEADS for sign in ("", "-")}


@round_page(Permission.REVIEW)
def evaluations_csv(request: HttpRequest, round_: Round) -> HttpResponseBase:
    """The 調書 that the list shows with the same conditions, all pages of it; itself on record."""
    form = filter_of(request, round_)
    rows = for_file(narrowed(form, round_))
    record_export(request, f"{round_}の調書の一覧", rows=len(rows), conditions=form.in_words())
    sample = "_見本データ" if round_.is_sample else ""
    filename = f"調書一覧_{round_.slug}_{timezone.localdate():%Y%m%d}{sample}.csv"
    return csv_stream(filename, evaluation_columns(round_, published_frame(round_)), rows)


@round_form(Permission.PUBLISH)
def exception(request: HttpRequest, round_: Round, pk: int) -> HttpResponse:
    """The reason why the round may be published without one 調書. POST reason, or clear."""
    found = Evaluation.objects.filter(round=round_, pk=pk).select_related("round", "action", "department").first()
    if found is None:
        raise Http404("この調書はありません。")
    if request.method != "POST" and (problem := exception_problem(found, clears=found.is_exception)):
        messages.warning(request, problem)
        return redirect("desk:round_publish", round_.slug)
    clears = bool(request.POST.get("clear"))
    form = ExceptionForm(request.POST if request.method == "POST" else None, reason=found.exception_reason)
    if request.method != "POST" or not (clears or form.is_valid()):
        return shown(request, "desk/rounds/exception.html", round_, "publish", evaluation=found, form=form)
    try:
        set_exception(evaluation=found, by=reader(request), reason="" if clears else form.cleaned_data["reason"])
    except NotNow as error:
        messages.warning(request, str(error))
    else:
        what = "例外から外しました" if clears else "公表の例外にしました"
        messages.success(request, f"調書『{found}』を{what}。")
    return redirect("desk:round_publish", round_.slug)
