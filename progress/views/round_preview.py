"""The public pages of a round before it is public: the same templates, on rows that are never stored."""

from typing import NamedTuple

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from plan.queries.plans import Neighbours
from plan.views.page import Page
from progress.models import Round
from progress.papers.preview import Preview
from progress.papers.preview_lists import preview_list
from progress.queries.published import published_rounds
from progress.queries.result_pages import measure_of, page_of_evaluation, page_of_measure
from progress.queries.years import page_of_year
from progress.views.preview_access import as_public, preview_page
from progress.views.public import trail
from progress.views.round_access import shown
from progress.views.round_measures import Code
from progress.year_files import files_of


class Told(NamedTuple):
    """Why a page or file of the year is not previewed; `route`, where there is one, is that of what comes near it."""

    title: str
    text: str
    route: str = ""
    link: str = ""


NO_CORRECTIONS = Told(
    "正誤表は、公表した後に訂正または追加したところの一覧です。",
    "公表したときは空なので、ここでは確かめるものがありません。",
)
NO_REPORT = Told(
    "年次報告書（PDF）は、公表した後に作ります。",
    "公表した内容から作り、保存して、誰にでも同じものを渡すためです。総括、施策の評価、調書の体裁は、「案」の印が付いた"
    "委員会資料（PDF）で確かめられます。",
    "desk:paper_choose",
    "委員会資料の内容を選ぶ",
)
NOT_PREVIEWED = {"corrections/": NO_CORRECTIONS, "report.pdf": NO_REPORT}


@preview_page
def preview(request: HttpRequest, round_: Round) -> HttpResponse:
    """/progress/2016/ as it would be."""
    made = Preview.of(round_)
    plan = made.published.plan
    found = page_of_year(made.published, made.measure_rows(), published_rounds(plan), Neighbours(None, None))
    files = files_of(made.published, found.whole.total)
    page = Page(title=made.published.title, plan=plan, trail=trail(), changed_on=made.published.changed_on)
    return as_public(request, made, "public/progress/year.html", page, page=found, paper=None, files=files)


@preview_page
def measure(request: HttpRequest, round_: Round, code: Code) -> HttpResponse:
    """/progress/2016/measures/1-1/ as it would be. GET page."""
    made = Preview.of(round_)
    try:
        chosen = measure_of(made.published, code)
        rows_of_measures = made.measure_rows(made.rollups(chosen.pk))
        row = next(row for row in rows_of_measures if row.measure_id == chosen.pk)
    except (ObjectDoesNotExist, StopIteration) as error:
        raise Http404("この施策の評価はありません。") from error
    of_measure = made.evaluations.filter(direction__measure=chosen.pk)
    shown_page, rows = made.result_page(of_measure, request.GET.get("page"))
    found = page_of_measure(made.published, row, chosen, shown_page, rows)
    title = f"{chosen}の評価（{made.published.year_label}）"
    page = Page(
        title=title, plan=found.plan, trail=trail(made.published), neighbours=found.neighbours, notes=found.notes
    )
    return as_public(request, made, "public/progress/measure.html", page, page=found, heading=title)


@preview_page
def actions(request: HttpRequest, round_: Round) -> HttpResponse:
    """/progress/2016/actions/ as it would be. GET measure, department, grade, outlook, q, sort, page."""
    made = Preview.of(round_)
    found = preview_list(made, request.GET)
    page = Page(
        title=f"取組の一覧（{made.published.year_label}）", plan=made.published.plan, trail=trail(made.published)
    )
    return as_public(request, made, "public/progress/actions.html", page, page=found)


@preview_page
def action(request: HttpRequest, round_: Round, code: str) -> HttpResponse:
    """/progress/2016/actions/1-1-001/ as it would be."""
    made = Preview.of(round_)
    try:
        (row,) = made.rows(made.evaluations.filter(action__code=code))
        found = page_of_evaluation(made.published, row)
    except (ObjectDoesNotExist, ValueError) as error:
        raise Http404("この取組の調書はありません。") from error
    page = Page(
        title=f"{found.title}の評価（{made.published.year_label}）",
        plan=found.plan,
        trail=[*trail(made.published), ("取組の一覧", reverse("progress:actions", args=[round_.slug]))],
        contents=found.contents,
        notes=found.notes,
    )
    return as_public(request, made, "public/progress/action.html", page, page=found, row=row)


@preview_page
def rest(request: HttpRequest, round_: Round, path: str) -> HttpResponse:
    """What is empty until something is corrected, and what is made of stored rows alone."""
    if path not in NOT_PREVIEWED:
        raise Http404("公開ページに、このページはありません。")
    return shown(request, "desk/rounds/preview_rest.html", round_, "publish", told=NOT_PREVIEWED[path])
