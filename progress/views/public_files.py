"""The files of a published year for everybody."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from accounts.controls import without_controls
from accounts.csv_export import csv_response
from plan.caching import public_page
from programs.views.excel_files import excel_response
from progress import exports, year_files
from progress.models import Round
from progress.papers.data_book import data_book
from progress.papers.report import report_of
from progress.queries.news import feed_entries
from progress.queries.published import current_measures
from progress.queries.result_lists import results_for_file, whole_results
from progress.views.public import NO_YEAR
from progress.views.public_lists import round_or_404

ROWS_AT_ONCE = 1000


@require_safe
@public_page
def actions_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows of the list with the same parameters, all pages of it."""
    try:
        published, rows = results_for_file(slug, request.GET)
    except Round.DoesNotExist as error:
        raise Http404(NO_YEAR) from error
    return csv_response(
        year_files.ACTIONS_FILE.filename(slug), exports.action_columns(published), rows.iterator(ROWS_AT_ONCE)
    )


@require_safe
@public_page
def results_csv(request: HttpRequest, slug: str) -> HttpResponse:
    published = round_or_404(slug)
    cells = exports.result_cells(whole_results(published).iterator(ROWS_AT_ONCE))
    return csv_response(year_files.RESULTS_FILE.filename(slug), exports.result_columns(published), cells)


@require_safe
@public_page
def measures_csv(request: HttpRequest, slug: str) -> HttpResponse:
    published = round_or_404(slug)
    rows = current_measures().filter(round=published.round).select_related("measure__policy")
    ordered = rows.order_by("measure__policy__number", "measure__number")
    cells = exports.measure_cells(published, ordered)
    return csv_response(year_files.MEASURES_FILE.filename(slug), exports.measure_columns(published), cells)


@require_safe
@public_page
def codes_csv(request: HttpRequest, slug: str) -> HttpResponse:
    published = round_or_404(slug)
    columns, rows = exports.code_columns(published), exports.code_rows(published)
    return csv_response(year_files.CODES_FILE.filename(slug), columns, rows)


@require_safe
@public_page
def entries_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """データの項目: the same for every year."""
    round_or_404(slug)
    return csv_response(year_files.ENTRIES_FILE.filename(slug), exports.DICTIONARY, exports.entries())


@require_safe
@public_page
def data_xlsx(request: HttpRequest, slug: str) -> HttpResponse:
    """All of the above as one workbook."""
    published = round_or_404(slug)
    address = request.build_absolute_uri(published.round.get_absolute_url())
    return excel_response(data_book(report_of(published.round), address), year_files.DATA_BOOK.filename(slug))


@require_safe
@public_page
def feed_xml(request: HttpRequest) -> HttpResponse:
    """What was published and corrected, as Atom."""
    site = request.build_absolute_uri("/").removesuffix("/")
    about = "取組の結果の公表、追加公表、訂正のお知らせ"
    feed = Atom1Feed(
        title="川崎市情報化推進プランの進捗",
        link=f"{site}{reverse('progress:progress')}",
        description=about,
        subtitle=about,  # Atom has no description, and Django leaves it out
        language="ja",
        feed_url=f"{site}{request.path}",
    )
    for news in feed_entries():
        feed.add_item(
            title=without_controls(f"{news.kind}：{news.title}"),  # XML knows none of them
            link=f"{site}{news.url}",
            description="",
            pubdate=news.made_at,
            updateddate=news.made_at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
