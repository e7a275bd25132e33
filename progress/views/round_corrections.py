"""訂正: choose what is published, put it right, see the 正誤 beforehand, and let the public see it.

What is published late: `progress.views.round_additions`.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html

from accounts.permissions import Permission
from plan.editing.roots import title_of
from progress.actions.correction_preview import evaluation_changes, measure_changes
from progress.actions.corrections import correct_evaluation, correct_measure
from progress.actions.proposals import left_behind
from progress.enums import RoundState, Status
from progress.errors import BareRating, NothingToCorrect, StaleSave
from progress.forms.corrections import CorrectionForm, MeasureCorrectionForm, sent_again
from progress.forms.round_lists import WordsForm
from progress.forms.rounds import LATE_LABEL, ReasonForm
from progress.models import Correction, Evaluation, MeasureEvaluation, PublishedEvaluation, Round
from progress.queries.corrections import wrong_and_right
from progress.queries.filling import entries_of
from progress.queries.round_corrections import correctable
from progress.queries.successors import baselines_behind
from progress.queries.words import number
from progress.snapshot_differences import Change
from progress.views.access import reader
from progress.views.round_access import round_form, round_page, shown
from progress.views.round_measures import Code, measure_or_404

Form = CorrectionForm | MeasureCorrectionForm
NOT_PUBLISHED = "訂正できるのは、公表した年度だけです。"
OVERTAKEN = (
    "あなたが開いた後に、ほかの人が訂正しました。今の公表内容と、あなたの入力を見比べてから、もう一度操作してください。"
)


@round_page(Permission.PUBLISH)
def corrections(request: HttpRequest, round_: Round) -> HttpResponse:
    """GET q, page: the published 調書 to choose from."""
    demand_published(round_)
    return choosing_page(request, round_, late_form())


def late_form(data: Mapping[str, Any] | None = None) -> ReasonForm:
    return ReasonForm(data, label=LATE_LABEL)


def choosing_page(
    request: HttpRequest, round_: Round, reason_form: ReasonForm, chosen: Collection[int] = ()
) -> HttpResponse:
    """`reason_form` and `chosen` (keys): what was typed and chosen to be published late."""
    form = WordsForm(request.GET)
    published = form.narrow(Evaluation.objects.filter(round=round_, status=Status.PUBLISHED))
    found = correctable(round_, published, request.GET.get("page", ""))
    context = {"form": form, "found": found, "reason_form": reason_form, "chosen": chosen}
    return shown(request, "desk/rounds/corrections.html", round_, "corrections", **context)


@round_form(Permission.PUBLISH)
def evaluation(request: HttpRequest, round_: Round, pk: int) -> HttpResponse:
    """POST the fields of the 調書, correction_reason, then (preview, save, or edit)."""
    found = Evaluation.objects.with_everything().filter(round=round_, pk=pk, status=Status.PUBLISHED).first()
    if found is None:
        raise Http404("公表した調書ではありません。")
    form = CorrectionForm(request.POST or None, evaluation=found, entries=entries_of(round_))

    def save() -> Correction:
        return correct_evaluation(
            evaluation=found,
            answers=form.answers(),
            by=reader(request),
            reason=form.reason,
            expected_version=form.read_version,
        )

    return _corrected(request, round_, found, form, lambda: evaluation_changes(found, form.answers()), save)


@round_form(Permission.PUBLISH)
def measure(request: HttpRequest, round_: Round, code: Code) -> HttpResponse:
    """POST the fields of the 施策評価, correction_reason, then (preview, save, or edit)."""
    demand_published(round_)
    found = measure_or_404(round_, code)
    form = MeasureCorrectionForm(request.POST or None, evaluation=found, entries=entries_of(round_))

    def save() -> Correction:
        return correct_measure(
            evaluation=found,
            values=form.values,
            by=reader(request),
            reason=form.reason,
            expected_version=form.read_version,
        )

    return _corrected(request, round_, found, form, lambda: measure_changes(found, form.values), save)


# ── Steps ─────────────────────────────────────────────────────────────────────


def demand_published(round_: Round) -> None:
    if round_.state != RoundState.PUBLISHED:
        raise Http404(NOT_PUBLISHED)


def _corrected(
    request: HttpRequest,
    round_: Round,
    found: Evaluation | MeasureEvaluation,
    form: Form,
    changes: Callable[[], list[Change]],
    save: Callable[[], Correction],
) -> HttpResponse:
    context: dict[str, Any] = {"subject": _title(found), "form": form}
    if not form.is_bound or not form.is_valid() or request.POST.get("then") == "edit":
        return shown(request, "desk/rounds/correction.html", round_, "corrections", **context)
    if request.POST.get("then") == "save":
        try:
            correction = save()
        except StaleSave:
            messages.warning(request, OVERTAKEN)
        except BareRating as error:
            form.add_error("reason", str(error))
            return shown(request, "desk/rounds/correction.html", round_, "corrections", **context)
        except NothingToCorrect as error:
            messages.warning(request, str(error))
            if error.is_made:  # a second click
                return redirect("desk:round_corrections", round_.slug)
            return shown(request, "desk/rounds/correction.html", round_, "corrections", **context)
        else:
            messages.success(request, _told(correction, round_))
            if isinstance(found, Evaluation):
                remind_of_measure(request, round_, found)
                _remind_of_plan(request, round_, found)
                remind_of_baselines(request, found)
            return redirect("desk:round_corrections", round_.slug)
    context |= {**_looked_over(changes()), "sent": sent_again(request.POST), "version": found.version}
    return shown(request, "desk/rounds/correction_preview.html", round_, "corrections", **context)


def _looked_over(changes: list[Change]) -> dict[str, Any]:
    marked = wrong_and_right(changes)
    return {"changes": changes, "marked": marked, "has_marks": any(change.is_marked for change in marked)}


def remind_of_measure(request: HttpRequest, round_: Round, evaluation: Evaluation) -> None:
    """What was written of the measure, as it was published, may count or tell what was corrected."""
    rows = PublishedEvaluation.objects.filter(evaluation=evaluation, is_current=True)
    measure = rows.select_related("measure__policy").get().measure
    words = '『{}』の評価の文章も、訂正が必要でないか確かめてください。<a href="{}">この施策の評価を訂正する</a>'
    address = reverse("desk:round_correct_measure", args=[round_.slug, measure.code])
    messages.info(request, format_html(words, measure, address))


def remind_of_baselines(request: HttpRequest, evaluation: Evaluation) -> None:
    """What the next programme took over of its results does not follow."""
    words = (
        "{}の基準値（{}）は、この調書の実績値（{}）と違います。訂正では変わりません。"
        'この実績値を基準値にしたときは、指標の編集画面で直してください。<a href="{}">基準値を直す（管理画面）</a>'
    )
    for indicator in baselines_behind(evaluation):
        address = reverse("admin:programs_indicator_change", args=[indicator.pk])
        title = title_of(indicator)
        values = number(indicator.baseline), number(indicator.actual) or "不明"
        messages.info(request, format_html(words, title, *values, address))


def _remind_of_plan(request: HttpRequest, round_: Round, evaluation: Evaluation) -> None:
    """What was confirmed of the 調書 does not follow its correction."""
    confirmed = left_behind(Evaluation.objects.select_related("outlook").get(pk=evaluation.pk))
    if confirmed is None:
        return
    words = (
        "次年度の計画は、訂正する前の内容で反映済みです。訂正では変わりません。"
        '変えるときは、年度別計画の編集画面で直してください。<a href="{}">反映した案を見る</a>'
    )
    address = reverse("desk:round_proposal", args=[round_.slug, confirmed.pk])
    messages.info(request, format_html(words, address))


def _told(correction: Correction, round_: Round) -> str:
    deed = "追加で公表しました" if correction.is_addition else "訂正しました"
    why_not = round_.program.why_not_public
    shown = f"{why_not}公開に戻すと、公開ページに正誤を示します。" if why_not else "公開ページに正誤を示しています。"
    return f"『{correction.title}』を{deed}。{shown}"


def _title(found: Evaluation | MeasureEvaluation) -> str:
    return f"{found}の評価" if isinstance(found, MeasureEvaluation) else str(found)
