"""Pages for ICT推進課: a programme's form, its export, and its import in two steps."""

from typing import cast
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.audit import record_export
from accounts.gates import requires
from accounts.models import User
from accounts.permissions import Permission
from programs import exporting
from programs.actions.importing import ImportResult
from programs.actions.uploads import AlreadyImported, apply_upload, keep_upload
from programs.excel_safety import UnsafeFile
from programs.forms import ConfirmForm, UploadForm
from programs.importing import portions
from programs.importing.comparing import ChangeKind
from programs.importing.errors import HasErrors, StaleImport
from programs.importing.examining import Examination, examine
from programs.importing.tables import Tables, read_tables
from programs.models import Program, ProgramUpload
from programs.models.upload import KEPT_FOR
from programs.queries import uploads
from programs.views.excel_files import excel_response
from programs.views.kept_files import kept_or_404, told_unreadable, told_when_gone

_staff = requires(Permission.EDIT_PROGRAM)


@require_safe
@never_cache
@_staff
def programs(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/programs/programs.html", {"programs": uploads.programs_to_import()})


@require_safe
@never_cache
@_staff
def template(request: HttpRequest, slug: str) -> HttpResponse:
    program = _program(slug)
    return excel_response(exporting.template(program), exporting.filename(program, is_template=True))


@require_safe
@never_cache
@_staff
def export(request: HttpRequest, slug: str) -> HttpResponse:
    program = _program(slug)
    content, filename = exporting.export(program), exporting.filename(program, is_template=False)
    record_export(request, filename, rows=program.actions.count())
    return excel_response(content, filename)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@_staff
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a file; a readable one is kept, and its preview follows."""
    program = _program(slug)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        kept = keep_upload(program=program, by=cast(User, request.user), name=file.name, content=file.read())
        return redirect("programs_desk:preview", slug=slug, number=kept.pk)
    context = {
        "program": program,
        "form": form,
        "uploads": uploads.latest_uploads(program),
        "kept_days": KEPT_FOR.days,
        "actions": program.actions.count(),
    }
    return render(request, "desk/programs/upload.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@_staff
@told_when_gone("programs_desk:import")
def preview(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What a kept file would change, or what is wrong with it; POST imports just what the preview showed."""
    program = _program(slug)
    kept = kept_or_404(ProgramUpload.objects.filter(program=program).select_related("by", "program__plan"), number)
    try:
        tables = read_tables(bytes(kept.content))
    except UnsafeFile as error:  # kept before what may be read was narrowed
        return told_unreadable(request, kept.name, error, "programs_desk:import", slug)
    form = ConfirmForm(request.POST if request.method == "POST" else None, needs_reason=program.is_public)
    if form.is_valid():
        if _is_done(request, kept, tables, form):
            return redirect("programs_desk:import", slug=slug)
        form = ConfirmForm(initial={"reason": form.cleaned_data["reason"]}, needs_reason=program.is_public)
    examination = examine(program, tables)
    if not form.is_bound:
        form.initial["fingerprint"] = examination.fingerprint
    return render(request, "desk/programs/preview.html", _shown(request, kept, examination, form))


def _is_done(request: HttpRequest, kept: ProgramUpload, tables: Tables, form: ConfirmForm) -> bool:
    """Import the file; where that is not possible, a message says why, and the person has to look anew.

    Raises FileGone.
    """
    try:
        result = apply_upload(
            upload=kept,
            tables=tables,
            by=cast(User, request.user),
            reason=form.cleaned_data["reason"],
            expected_fingerprint=form.cleaned_data["fingerprint"],
        )
    except AlreadyImported as error:
        messages.info(request, str(error))
    except (StaleImport, HasErrors) as error:
        messages.error(request, str(error))
        return False
    else:
        messages.success(request, _done(kept, result))
    return True


def _done(kept: ProgramUpload, result: ImportResult | None) -> str:
    if result is None:
        return f"『{kept.name}』の内容は今のプログラムと同じです。何も変えていません。"
    counts = [f"{count.name}は{count.words}" for count in portions.counts_of(result.changes) if count.is_changed]
    return f"『{kept.name}』を取り込みました。{'、'.join(counts)}です。"


def _shown(request: HttpRequest, kept: ProgramUpload, examination: Examination, form: ConfirmForm) -> dict[str, object]:
    kind = request.GET.get("kind", "")
    rows = [row for row in examination.changes.rows if kind in ("", row.kind.value)]
    return {
        "program": kept.program,
        "upload": kept,
        "form": form,
        "is_empty": examination.is_empty,
        "counts": portions.counts_of(examination.changes),
        "left_out": examination.changes.left_out,
        "errors": portions.page_of(examination.errors, request.GET.get("page", "")),
        "rows": portions.page_of(rows, request.GET.get("page", "")),
        "kinds": [(one.value, one.label, one.value == kind) for one in ChangeKind],
        "kind": kind,
        "query": f"kind={quote(kind)}&" if kind else "",
    }


def _program(slug: str) -> Program:
    return get_object_or_404(Program.objects.select_related("plan", "predecessor"), slug=slug)
