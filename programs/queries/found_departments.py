"""The departments that the public search finds: by name, with the actions of a programme."""

from django.urls import reverse

from plan.enums import DocumentKind
from plan.models import Plan
from plan.queries.kept import kept_value
from plan.search import ListedPage, register_list
from programs.models import ActionOwner, Program
from programs.queries.tenures import told


def found_departments(plan: Plan) -> list[ListedPage]:
    """The pages of departments in the published programmes of a plan, the newest first. No query in a warm process."""
    return kept_value(f"programs:found_departments:{plan.slug}", lambda: _pages(plan))


def _pages(plan: Plan) -> list[ListedPage]:
    """One for each code in a programme, as the page has it: under its newest name, found by all. Two queries."""
    programs = Program.objects.published().filter(plan=plan).in_bulk()
    rows = (
        ActionOwner.objects.filter(told(programs.values()))
        .order_by("-action__program__start_year", "action__program", "department__code", "-department__valid_from")
        .values_list("action__program", "department__code", "department__name", "department__bureau__name")
        .distinct()
    )
    names: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for program, code, name, bureau in rows:
        names.setdefault((program, code), []).append((name, bureau or ""))
    return [_page(programs[program], code, called) for (program, code), called in names.items()]


def _page(program: Program, code: str, called: list[tuple[str, str]]) -> ListedPage:
    """`called`: its names with those of the 局, the newest first."""
    name, bureau = called[0]
    before = list(dict.fromkeys(other for other, _ in called if other != name))
    texts = [bureau, *([f"前の名称：{'、'.join(before)}"] if before else [])]
    return ListedPage(
        title=f"{name}の取組（{program}）{program.sample_mark}",
        path=reverse("programs:department", args=[program.slug, code]),
        text="　".join(text for text in texts if text),
        names=(name, *before, *(under for _, under in called if under)),
    )


def register() -> None:
    register_list(DocumentKind.DEPARTMENT, found_departments)
