"""The pages of the import: programmes, and files kept for their preview."""

from django.db.models import QuerySet

from programs.models import Program, ProgramUpload
from programs.queries.programs import action_count


def programs_to_import() -> QuerySet[Program]:
    """Every programme with the number of its actions, the newest first. One query."""
    programs = Program.objects.select_related("plan").annotate(action_count=action_count())
    return programs.order_by("-start_year", "slug")


def latest_uploads(program: Program, number: int = 5) -> list[ProgramUpload]:
    """The newest kept files without their content. One query."""
    return list(program.uploads.select_related("by").defer("content")[:number])
