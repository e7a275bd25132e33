"""「次のプログラムを作成する」: what becomes of each action, looked at on a second page before it is done."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts.typed_text import name_fields
from programs.actions.succession import obstacles, start_next_program
from programs.admin.given_back import NEXT_PROGRAM, NextProgramReader
from programs.admin.next_program_forms import MOST_IN_TABLE, CodesForm, NextProgramForm, outcome_of
from programs.errors import CannotSucceed
from programs.models import Program

if TYPE_CHECKING:
    _Base = admin.ModelAdmin
else:
    _Base = object


STEPS = ["内容と取組の引き継ぎを入力", "確認して作成"]


class NextProgramMixin(_Base):
    """Adds `next/`. What was typed is carried from page to page in the form itself."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.next_view)
        return [path("<int:object_id>/next/", view, name="programs_program_next"), *super().get_urls()]

    def next_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        program = get_object_or_404(Program.objects.select_related("plan"), pk=object_id)
        if not self.has_add_permission(request):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else None
        form, codes = NextProgramForm(program, data), CodesForm(program, data)
        going_on = data is not None and data.get("go") in {"check", "confirm"}
        if not going_on or not (form.is_valid() & codes.is_valid()):
            return self._typing_page(request, form, codes, show_errors=going_on)
        if data is not None and data["go"] == "confirm":
            return self._confirmed(request, form, codes)
        return self._checking_page(request, form, codes, _obstacles(form, codes))

    def _confirmed(self, request: HttpRequest, form: NextProgramForm, codes: CodesForm) -> HttpResponse:
        """Makes it. Who presses twice gets to what the first time made."""
        if (before := self._made_before(request, form)) is not None:
            return before
        try:
            following = self._start(request, form, codes)
        except CannotSucceed as error:
            # The other press may have been quicker.
            return self._made_before(request, form) or self._checking_page(request, form, codes, error.problems)
        self.message_user(
            request,
            f"『{following}』を作成しました。取組は{following.actions.count()}件です。まだ公開していません。"
            "年度別計画と目標を入力し、内容を確かめてから「公開」に印を付けてください。"
            "はじめの年度の計画には、評価年度（照会）の「次年度の計画」から、確認した調書の案を反映できます。",
            messages.SUCCESS,
        )
        return HttpResponseRedirect(self._form_of(following))

    def _made_before(self, request: HttpRequest, form: NextProgramForm) -> HttpResponse | None:
        made = form.program.successors.filter(slug=form.cleaned_data["slug"]).first()
        if made is None:
            return None
        self.message_user(request, f"『{made}』は、すでに作成されています。", messages.WARNING)
        return HttpResponseRedirect(self._form_of(made))

    @transaction.atomic
    def _start(self, request: HttpRequest, form: NextProgramForm, codes: CodesForm) -> Program:
        by: Any = request.user
        following = start_next_program(program=form.program, succession=codes.succession, by=by, **form.cleaned_data)
        self.log_addition(request, following, f"『{form.program}』から引き継いで作成した。")
        return following

    # ── Pages ─────────────────────────────────────────────────────────────────

    def _typing_page(
        self, request: HttpRequest, form: NextProgramForm, codes: CodesForm, *, show_errors: bool
    ) -> HttpResponse:
        context = {
            **self._next_frame(request, form.program),
            "form": form,
            "codes": codes,
            "show_errors": show_errors,
            "as_table": len(codes.rows) <= MOST_IN_TABLE,
            "present_successors": list(form.program.successors.all()),
        }
        return TemplateResponse(request, "admin/programs/next_program.html", context)

    def _checking_page(
        self, request: HttpRequest, form: NextProgramForm, codes: CodesForm, problems: list[str]
    ) -> HttpResponse:
        context = {
            **self._next_frame(request, form.program),
            "form": form,
            "codes": codes,
            "values": form.cleaned_data,
            "start_year": form.program.end_year + 1,
            "outcome": outcome_of(codes),
            "problems": problems,
        }
        return TemplateResponse(request, "admin/programs/next_program_check.html", context)

    def _next_frame(self, request: HttpRequest, program: Program) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": "次のプログラムを作成する",
            "steps": STEPS,
            "subtitle": str(program),
            "opts": self.opts,
            "original": program,
            "media": self.media,
        }

    def _form_of(self, program: Program) -> str:
        return reverse("admin:programs_program_change", args=[program.pk])


def _obstacles(form: NextProgramForm, codes: CodesForm) -> list[str]:
    values = form.cleaned_data
    return obstacles(
        program=form.program,
        slug=values["slug"],
        end_year=values["end_year"],
        succession=codes.succession,
        plan=values["plan"],
    )


name_fields(NEXT_PROGRAM, NextProgramReader)
