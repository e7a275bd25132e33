"""/desk/papers/: what can be made as PDF, what was made, and how far it is."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.audit import record_export
from accounts.csv_export import attachment
from accounts.gates import requires
from accounts.lookups import key_in
from accounts.models import User
from accounts.permissions import Permission
from plan.models import Plan
from progress import permissions
from progress.actions.papers import delete_form, release_paper, withdraw_paper
from progress.enums import PaperKind
from progress.errors import NotNow, ProgressError
from progress.forms.papers import RecipientForm
from progress.models import Evaluation, Paper, PaperForm, Round
from progress.papers import making
from progress.papers.ordering import order_of_plan, order_of_round
from progress.papers.selection import Selection
from progress.queries.papers import papers_page, with_requests
from progress.views.access import reader

# Seconds after which a browser asks again whether the paper is there.
ASKED_AGAIN_AFTER = 3
PUBLISHED = (PaperKind.CORRECTIONS, PaperKind.YEARLY)
WITHOUT_CHOICES = (PaperKind.EVALUATION, PaperKind.DEPARTMENT, PaperKind.MEASURE, *PUBLISHED)


@require_safe
@never_cache
@login_required
def papers(request: HttpRequest) -> HttpResponse:
    """GET page (of what was made)."""
    user = reader(request)
    if not permissions.may_enter_desk(user):
        raise PermissionDenied
    found = papers_page(
        permissions.papers_visible_to(user),
        permissions.rounds_visible_to(user),
        permissions.departments_printed_by(user).order_by("code", "valid_from"),
        request.GET.get("page", ""),
        is_staff=user.may(Permission.PUBLISH),
    )
    return render(request, "desk/papers/papers.html", {"found": found, "is_staff": user.may(Permission.PUBLISH)})


@require_POST
@login_required
def order(request: HttpRequest, slug: str) -> HttpResponse:
    """POST kind, subject: a paper of a round without further choices."""
    user = reader(request)
    round_ = permissions.rounds_visible_to(user).for_reports().filter(slug=slug).first()
    kind = request.POST.get("kind", "")
    if round_ is None or kind not in WITHOUT_CHOICES or (kind in PUBLISHED and not round_.is_published):
        raise Http404("この資料はありません。")
    subject = _subject_or_404(request, round_, kind)
    # 調書 are printed as their people see them on the desk; everything else as it would be published.
    selection = Selection.of(
        PaperKind(kind), subject, as_it_stands=kind in {PaperKind.EVALUATION, PaperKind.DEPARTMENT}
    )
    try:
        paper, is_new = order_of_round(round_=round_, selection=selection, by=user)
    except ProgressError as error:
        raise PermissionDenied(str(error)) from error
    return ordered(request, paper, is_new)


def _subject_or_404(request: HttpRequest, round_: Round, kind: str) -> str:
    """What a small paper is of, in the one way it is written (「05」 would be another paper than 「5」).

    404 unless the person may know of it and there is anything of it in the round.
    """
    subject, sent = "", request.POST.get("subject", "")
    rows: QuerySet[Evaluation] = Evaluation.objects.filter(round=round_)
    match kind:
        case PaperKind.EVALUATION:
            subject = str(key_in(sent) or 0)
            rows = permissions.visible_to(reader(request)).filter(round=round_, pk=subject)
        case PaperKind.DEPARTMENT:
            subject = str(key_in(sent) or 0)
            rows = rows.filter(department=int(subject))
        case PaperKind.MEASURE:
            policy, number = (key_in(part) or 0 for part in (*sent.split("-", 1), "")[:2])
            subject, place = f"{policy}-{number}", {"policy__number": policy, "number": number}
            rows = rows.filter(**{f"action__main_direction__measure__{name}": value for name, value in place.items()})
        case _:
            return ""
    if not rows.exists():
        raise Http404("この資料にする調書はありません。")
    return subject


def ordered(request: HttpRequest, paper: Paper, is_new: bool) -> HttpResponse:
    """What follows an order: the process that makes it is started, and the page of the paper tells how far it is."""
    if paper.is_underway:
        making.start()
    elif not is_new:
        messages.info(request, "同じ内容の資料が、すでに作ってあります。依頼は「依頼の記録」に控えてあります。")
    return redirect("desk:paper", paper.pk)


@require_POST
@requires(Permission.PUBLISH)
def order_plan(request: HttpRequest, slug: str) -> HttpResponse:
    plan = Plan.objects.published().filter(slug=slug).first()
    if plan is None:
        raise Http404("このプランはありません。")
    paper, is_new = order_of_plan(plan=plan, by=reader(request))
    return ordered(request, paper, is_new)


def _paper_or_404(request: HttpRequest, pk: int) -> Paper:
    rows = permissions.papers_visible_to(reader(request))
    rows = rows.select_related("plan", "round__program", "evaluation", "department").prefetch_related(with_requests())
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("この資料はありません。")
    return found


@require_safe
@never_cache
@login_required
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper: how far it is, then the download. Without a script the browser asks again by itself."""
    found = _paper_or_404(request, pk)
    form = RecipientForm(initial={"recipient": _own_recipient(found, reader(request))})
    response = render(request, "desk/papers/paper.html", {"paper": found, "form": form})
    if found.is_underway:
        making.start()  # the process may have been ended from outside; it does nothing where one is at work
        response.headers["Refresh"] = str(ASKED_AGAIN_AFTER)
    return response


@require_safe
@never_cache
@login_required
def paper_pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, on record; where it is not there (any more), the page of the paper says why and what to do."""
    found = _paper_or_404(request, pk)
    file = found.opened()
    if file is None:
        return redirect("desk:paper", pk)
    record_export(
        request, f"資料：{found.title}", rows=found.pages or 0, conditions=f"内容の版：{found.content_version}"
    )
    response = FileResponse(file, content_type="application/pdf")
    response.headers["Content-Disposition"] = attachment(found.filename)
    return response


@require_POST
@login_required
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """POST recipient (the list sends none): order anew a paper that failed, lost its file or is of an older state.

    Where it is as it was, nothing is made, and the request alone is kept.
    """
    found, by = _paper_or_404(request, pk), reader(request)
    recipient = _own_recipient(found, by)
    if "recipient" in request.POST and by.may(Permission.PUBLISH):
        form = RecipientForm(request.POST)
        if not form.is_valid():
            return render(request, "desk/papers/paper.html", {"paper": found, "form": form})
        recipient = form.cleaned_data["recipient"]
    try:
        paper, is_new = _again(found, by, recipient)
    except NotNow as error:
        messages.warning(request, str(error))
        return redirect("desk:paper", pk)
    except ProgressError as error:
        raise PermissionDenied(str(error)) from error
    return ordered(request, paper, is_new)


def _own_recipient(paper: Paper, by: User) -> str:
    """For whom somebody asked for it last, not for whom a colleague did. `paper` with its requests."""
    return next((each.recipient for each in paper.requests.all() if each.by_id == by.pk), "")


def _again(paper: Paper, by: User, recipient: str) -> tuple[Paper, bool]:
    if paper.round is None:
        return order_of_plan(plan=paper.plan, by=by, recipient=recipient)
    round_ = Round.objects.for_reports().get(papers=paper)
    return order_of_round(round_=round_, selection=Selection.from_json(paper.selection), by=by, recipient=recipient)


@require_POST
@requires(Permission.RELEASE_TO_COMMITTEE)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    found = _paper_or_404(request, pk)
    try:
        release_paper(paper=found, by=reader(request))
    except ProgressError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"『{found}』を会議に公開しました。委員会の閲覧者がダウンロードできます。")
    return redirect("desk:paper", pk)


@require_POST
@requires(Permission.RELEASE_TO_COMMITTEE)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = withdraw_paper(paper=_paper_or_404(request, pk), by=reader(request))
    messages.success(request, f"『{found}』の会議への公開を取りやめました。委員会の閲覧者には、もう見えません。")
    return redirect("desk:paper", pk)


@require_POST
@requires(Permission.PUBLISH)
def form_delete(request: HttpRequest, pk: int) -> HttpResponse:
    form = PaperForm.objects.filter(pk=pk).first()
    if form is None:
        messages.info(request, "この帳票は、すでに削除してあります。")
    else:
        delete_form(form=form, by=reader(request))
        messages.success(request, f"帳票『{form.name}』を削除しました。作成した資料は残っています。")
    return redirect("desk:papers")
