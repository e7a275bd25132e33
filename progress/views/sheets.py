"""評価調書 as workbooks: taking them away, bringing them back, looking at what they change, taking that in."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.audit import record_export
from accounts.models import User
from accounts.samples import SAMPLE_MARK
from plan.queries.listing import page_of
from programs.excel_safety import UnsafeFile
from programs.models.upload import KEPT_FOR
from programs.views.excel_files import excel_response
from programs.views.kept_files import kept_or_404, told_unreadable, told_when_gone
from progress import permissions
from progress.actions.sheets import ONLY_LIAISONS, AlreadyTaken, Edit, keep_upload, take_in
from progress.enums import RoundState
from progress.errors import NotNow, NotYours, StaleSave
from progress.forms.sheets import SheetsForm
from progress.models import EvaluationUpload, Round
from progress.sheets.comparing import Kind, Preview, answers_of, holds_answers, preview, taken, undecided
from progress.sheets.contents import contents_of, departments_with_sheets, latest_uploads
from progress.sheets.downloading import Shape, filename, workbook_of
from progress.sheets.marking import marked
from progress.sheets.reading import Untaken
from progress.views.access import reader
from progress.views.sheets_page import page_context

BOOKS_A_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def sheets(request: HttpRequest, slug: str) -> HttpResponse:
    """GET page (of the departments): workbooks to take away. POST: choose one to bring back; its preview follows."""
    user = reader(request)
    round_ = _round_or_404(user, slug)
    is_sent = request.method == "POST"
    form = SheetsForm(request.POST, request.FILES) if is_sent else SheetsForm()
    may_bring = permissions.may_bring_sheets(user, round_)
    if is_sent and not may_bring:
        raise PermissionDenied(ONLY_LIAISONS)
    if form.is_valid() and (kept := _kept(round_, user, form)):
        return redirect("desk:sheets_preview", slug=slug, number=kept.pk)
    context = {
        "round": round_,
        "page": page_of(departments_with_sheets(round_, user), request.GET.get("page", ""), BOOKS_A_PAGE),
        "shapes": [(shape.value, shape.label) for shape in Shape],
        "form": form if may_bring else None,
        "uploads": latest_uploads(round_, user),
        "kept_days": KEPT_FOR.days,
    }
    return render(request, "desk/sheets/sheets.html", context)


@require_safe
@never_cache
@login_required
def download(request: HttpRequest, slug: str, department: int, shape: str) -> HttpResponse:
    user = reader(request)
    round_ = _round_or_404(user, slug)
    owner = get_object_or_404(departments_with_sheets(round_, user), pk=department)
    if shape not in {each.value for each in Shape}:
        raise Http404("この形のファイルはありません。")
    contents = contents_of(round_, owner, user)
    address = request.build_absolute_uri(reverse("desk:sheets", args=[slug]))
    content, name = workbook_of(contents, Shape(shape), address), filename(contents, Shape(shape))
    record_export(request, name, rows=len(contents.evaluations))
    return excel_response(content, name)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@told_when_gone("desk:sheets")
def sheets_preview(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What a kept workbook would change; POST takes in just what the page showed."""
    user = reader(request)
    kept = _kept_or_404(user, slug, number)
    try:
        seen = _seen(kept, user)
    except UnsafeFile as error:  # kept before what may be read was narrowed
        return told_unreadable(request, kept.name, error, "desk:sheets", slug)
    if request.method == "POST" and _is_taken(request, user, kept, seen):
        return redirect("desk:sheets_preview", slug=slug, number=number)
    if request.method == "POST":
        seen = _seen(kept, user)
    return render(request, "desk/sheets/preview.html", page_context(kept, seen, request.POST))


@require_safe
@never_cache
@login_required
@told_when_gone("desk:sheets")
def sheets_marked(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The workbook given back, with what cannot be taken marked and listed; on record, for stored texts are in it."""
    user = reader(request)
    kept = _kept_or_404(user, slug, number)
    content = bytes(kept.content)
    seen = _seen(kept, user)
    name = f"{kept.name.removesuffix('.xlsx').removesuffix('_確認')}_確認.xlsx"
    record_export(request, name, rows=len(seen.refused) + len(seen.conflicts) + len(seen.lost))
    return excel_response(marked(content, seen, SAMPLE_MARK if kept.round.is_sample else ""), name)


# ── Steps ─────────────────────────────────────────────────────────────────────────────────


def _round_or_404(user: User, slug: str) -> Round:
    """A round of which the person may take 調書 away: of ICT推進課, or of a department that fills in."""
    visible = permissions.rounds_visible_to(user).exclude(state=RoundState.PLANNED).select_related("program")
    found = visible.filter(slug=slug).first()
    if found is None or not permissions.may_take_sheets(user):
        raise Http404("この評価年度はありません。")
    return found


def _kept_or_404(user: User, slug: str, number: int) -> EvaluationUpload:
    """The person's own upload; nobody reads those of others. Raises FileGone."""
    round_ = _round_or_404(user, slug)
    own = EvaluationUpload.objects.filter(round=round_, by=user)
    return kept_or_404(own.select_related("round__program", "by"), number)


def _kept(round_: Round, user: User, form: SheetsForm) -> EvaluationUpload | None:
    """The file, kept, if it can be opened; else the form says why not."""
    file = form.cleaned_data["file"]
    content = file.read()
    try:
        is_ours = holds_answers(content, round_, user)
    except UnsafeFile as error:
        form.add_error("file", f"『{file.name}』は読み込めません。{error}")
        return None
    if not is_ours:
        form.add_error(
            "file",
            f"『{file.name}』に、この年度のあなたの課の調書が見つかりません。"
            "このページからダウンロードしたファイルか、取組コードと項目名のある表を選んでください。",
        )
        return None
    return keep_upload(round_=round_, by=user, name=file.name, content=content)


def _seen(kept: EvaluationUpload, user: User) -> Preview:
    """The file beside what is stored; once it was taken in, every conflict has been decided."""
    seen = preview(bytes(kept.content), kept.round, user)
    settled = [each for each in seen.outcomes if each.kind is not Kind.CONFLICT]
    return replace(seen, outcomes=settled) if kept.applied_at else seen


def _is_taken(request: HttpRequest, user: User, kept: EvaluationUpload, seen: Preview) -> bool:
    """Take in what the page showed; where that is not possible, a message says why, and the person looks anew.

    Raises FileGone.
    """
    choices = cast("Mapping[str, str]", request.POST)
    if EvaluationUpload.objects.filter(pk=kept.pk, applied_at__isnull=False).exists():
        messages.info(request, str(AlreadyTaken()))
        return True
    if request.POST.get("fingerprint") != seen.fingerprint:
        messages.error(
            request,
            "確かめていただいた後に、調書の内容が変わりました。まだ何も取り込んでいません。"
            "下の新しい内容を確かめてから、もう一度取り込んでください。",
        )
        return False
    if undecided(seen, choices):
        messages.error(request, "重なりのある項目は、どちらを残すかを選んでください。まだ何も取り込んでいません。")
        return False
    return _took(request, user, kept, seen, choices)


def _took(request: HttpRequest, user: User, kept: EvaluationUpload, seen: Preview, choices: Mapping[str, str]) -> bool:
    try:
        edits = [Edit(each, answers, each.version) for each, answers in answers_of(seen, choices)]
        saved = take_in(upload=kept, edits=edits, by=user, counts=_counts(seen, choices))
    except AlreadyTaken as error:
        messages.info(request, str(error))
        return True
    except NotYours as error:
        raise PermissionDenied(str(error)) from error
    except (StaleSave, NotNow, Untaken) as error:
        messages.error(request, f"まだ何も取り込んでいません。{error}")
        return False
    done = f"調書{len(saved)}件を保存しました。" if saved else "変えた調書はありません。"
    messages.success(request, f"『{kept.name}』を取り込みました。{done}")
    return True


def _counts(seen: Preview, choices: Mapping[str, str]) -> dict[str, int]:
    """For the record; conflicts that were decided for the file are taken in too."""
    return {
        "取り込んだ項目": len(taken(seen, choices)),
        "重なった項目": len(seen.conflicts),
        "取り込まなかった項目": len(seen.refused),
    }
