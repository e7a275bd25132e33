"""Pages about the person who is logged in, and what administrators see of everybody."""

from typing import cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import sessions
from accounts.audit import record_export
from accounts.audit_forms import AuditFilterForm
from accounts.audit_list import audit_page, columns, filename, newest_number
from accounts.csv_export import csv_stream
from accounts.enums import Role
from accounts.gates import requires
from accounts.lookups import key_in
from accounts.models import User
from accounts.permissions import PERMISSIONS, Permission, permissions_of
from accounts.samples import holds_samples
from accounts.typed_text import lost_text_page


@require_safe
@never_cache
@login_required
def me(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    granted = permissions_of(user)
    context = {
        "memberships": user.valid_memberships,
        "allowed": [p.label for p in Permission if p in granted],
        "may_read_audit": Permission.READ_AUDIT in granted,
        "may_see_roles": Permission.MANAGE_ACCOUNTS in granted,
    }
    return render(request, "accounts/me.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def session(request: HttpRequest) -> HttpResponse:
    """{"seconds": left}; POST prolongs the session first. 403 with 0 seconds when there is no session any more."""
    if not request.user.is_authenticated:
        return JsonResponse({"seconds": 0}, status=403)
    if request.method == "POST":
        sessions.renew(request.session)
    return JsonResponse({"seconds": sessions.seconds_left(request.session)})


@require_safe
@never_cache
@requires(Permission.MANAGE_ACCOUNTS)
def roles(request: HttpRequest) -> HttpResponse:
    """The table of `accounts.permissions`, one row for each permission."""
    rows = [(p.label, [p in PERMISSIONS[role] for role in Role]) for p in Permission]
    return render(request, "accounts/roles.html", {"roles": [role.label for role in Role], "rows": rows})


@require_safe
@never_cache
@requires(Permission.READ_AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    """GET with the fields of the form, newest (the number the first page began with), and page or before (a number)."""
    form = AuditFilterForm(request.GET)
    newest = key_in(request.GET.get("newest", "")) or newest_number()
    number, before = request.GET.get("page", ""), key_in(request.GET.get("before", ""))
    found = None
    if form.is_valid():
        found = audit_page(form.criteria(), form.conditions(), newest, number=number, before=before)
    context = {
        "form": form,
        "is_filtered": bool(form.conditions()),
        "found": found,
        "holds_samples": holds_samples(),
    }
    return render(request, "accounts/audit.html", context)


@require_safe
@never_cache
@requires(Permission.READ_AUDIT)
def audit_csv(request: HttpRequest) -> HttpResponseBase:
    """The records that the page shows with the same conditions, all of them; itself on record."""
    form = AuditFilterForm(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('accounts:audit')}?{urlencode(form.conditions())}")
    newest = key_in(request.GET.get("newest", "")) or newest_number()
    entries = form.criteria().entries(newest)
    record_export(request, "監査記録", rows=entries.count(), conditions=form.in_words())
    samples = holds_samples()
    name = filename(timezone.localdate(), samples)
    return csv_stream(name, columns(samples), entries.iterator(chunk_size=1000))


def mail_kept_by_administrators(request: HttpRequest) -> HttpResponse:
    """allauth's page for changing one's mail address: administrators keep the addresses."""
    return redirect("accounts:me")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return lost_text_page(
        request,
        title="送信を受け付けられませんでした",
        reason="画面を開いてから時間がたったか、別のタブでログインし直したため、安全を確かめられませんでした。"
        "前の画面を読み込み直してから、もう一度送信してください。内容は、まだ保存されていません。",
    )
