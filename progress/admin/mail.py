"""The outbox: what was sent, what waits and why. Read only, but that what waits can be tried again at once."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.admin_audit import asked_for, is_shown, list_shown, title_of
from accounts.audit import record_request
from accounts.enums import AuditKind
from accounts.models import User
from accounts.permissions import Permission
from plan.admin.records import ReadOnlyAdmin
from progress.actions.sending import try_again
from progress.models import OutboxMail

PREFIX = "【川崎市情報化推進プラン】"


class StateFilter(admin.SimpleListFilter):
    title = "送信の状態"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("unsent", "まだ送っていない"),
            ("failed", "送れずに待っている"),
            ("sent", "送信済み"),
            ("unneeded", "送信不要"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMail]) -> QuerySet[OutboxMail]:
        unsent = {"sent_at__isnull": True, "unneeded_at__isnull": True}
        conditions: dict[str | None, dict[str, Any]] = {
            "unsent": unsent,
            "failed": {**unsent, "attempts__gt": 0},
            "sent": {"sent_at__isnull": False},
            "unneeded": {"unneeded_at__isnull": False},
        }
        return queryset.filter(**conditions.get(self.value(), {}))


@admin.register(OutboxMail)
class OutboxMailAdmin(ReadOnlyAdmin):
    list_display = ["queued_at", "title", "to", "state", "next_try"]
    list_display_links = ["queued_at", "title"]
    list_filter = [StateFilter, "kind", "queued_at"]
    list_select_related = ["to"]
    list_per_page = 50
    search_fields = ["subject", "to__name", "address"]
    fields = [
        "kind",
        "to",
        "address",
        "subject",
        "body",
        "queued_at",
        "sent_at",
        "unneeded_at",
        "attempts",
        "next_try",
        "claimed_until",
        "last_error",
    ]
    readonly_fields = ["next_try"]
    actions = ["send_again"]

    @admin.display(description="件名", ordering="subject")
    def title(self, mail: OutboxMail) -> str:
        """The subject without what all of them begin with."""
        return mail.subject.removeprefix(PREFIX)

    @admin.display(description="状態")
    def state(self, mail: OutboxMail) -> str:
        if mail.sent_at:
            return "送信済み"
        if mail.unneeded_at:
            return "送信不要"
        return f"失敗{mail.attempts}回" if mail.has_failed else "送信待ち"

    @admin.display(description="次の試行", ordering="next_try_at")
    def next_try(self, mail: OutboxMail) -> Any:
        return None if mail.sent_at or mail.unneeded_at else mail.next_try_at

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        """ICT推進課, who wrote, and administrators, who mend the mail server."""
        user = request.user
        return isinstance(user, User) and (user.may(Permission.OPEN_ROUND) or user.may(Permission.MANAGE_ACCOUNTS))

    @admin.action(description="選択したメールをもう一度送る", permissions=["send_again"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboxMail]) -> None:
        """What waits becomes due; `manage.py send_outbox` sends it. What is sent, or not needed any more, stays so."""
        total = queryset.count()
        count = try_again(queryset)
        if count:
            record_request(
                request,
                AuditKind.CHANGED,
                about=str(self.opts.verbose_name),
                details={"操作": "もう一度送る", "件数": count},
            )
            messages.success(request, f"{count}通を、次の送信（ふつうは1分以内）で送ります。")
        if total > count:
            messages.warning(request, f"送信済みか、送る必要のなくなった{total - count}通は、送りません。")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Each row names its address to a screen reader: that somebody saw them goes on record, once for the page."""
        response: Any = super().changelist_view(request, extra_context)
        if listed := list_shown(request, response):
            self._record_that_addresses_were_seen(request, listed.result_list)
        return response

    def _record_that_addresses_were_seen(self, request: HttpRequest, mails: Iterable[OutboxMail]) -> None:
        addresses = {mail.address for mail in mails}
        if addresses:
            details = {"宛先の数": len(addresses), **asked_for(request)}
            about = f"{self.opts.verbose_name}の一覧"
            record_request(request, AuditKind.SAW_PERSONAL_DATA, about=about, details=details)

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """The mail with its address: that somebody read it goes on record."""
        response: HttpResponse = super().changeform_view(request, object_id, *args, **kwargs)
        if object_id is not None and is_shown(request, response):
            about = title_of(OutboxMail.objects.get(pk=object_id))
            record_request(request, AuditKind.SAW_PERSONAL_DATA, about=about)
        return response
