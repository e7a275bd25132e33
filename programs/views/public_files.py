"""The files of a programme for everybody."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.csv_export import csv_response
from plan.caching import public_page
from programs import exports
from programs.models import Program
from programs.queries.action_lists import actions_for_file
from programs.views.access import NO_PROGRAM, program_or_404


@require_safe
@public_page
def actions_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows of the list with the same parameters, all pages of it."""
    try:
        program, standing, rows = actions_for_file(slug, request.GET)
    except Program.DoesNotExist as error:
        raise Http404(NO_PROGRAM) from error
    return csv_response(exports.ACTIONS_FILE.filename(program), exports.action_columns(standing), rows)


@require_safe
@public_page
def years_csv(request: HttpRequest, slug: str) -> HttpResponse:
    program = program_or_404(slug)
    return csv_response(exports.YEARS_FILE.filename(program), exports.YEARS, exports.year_rows(program))


@require_safe
@public_page
def indicators_csv(request: HttpRequest, slug: str) -> HttpResponse:
    program = program_or_404(slug)
    return csv_response(exports.INDICATORS_FILE.filename(program), exports.INDICATORS, exports.indicator_rows(program))
