"""How a public page gets its programme: what is not published is 404."""

from django.http import Http404

from programs.models import Program
from programs.queries.programs import published_program

NO_PROGRAM = "公開しているプログラムがありません。"


def program_or_404(slug: str) -> Program:
    try:
        return published_program(slug)
    except Program.DoesNotExist as error:
        raise Http404(NO_PROGRAM) from error
