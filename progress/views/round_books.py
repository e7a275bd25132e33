"""The workbooks of a round for ICT推進課, at every stage: what is not public yet is marked as a draft."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.audit import record_export
from accounts.permissions import Permission
from programs.views.excel_files import excel_response
from progress.models import Round
from progress.papers import committee_book, data_book
from progress.papers.report import report_of
from progress.views.round_access import round_page


def address_of(request: HttpRequest, round_: Round) -> str:
    """Where what the file holds is found on the web: the public page, or while there is none the one of the desk."""
    path = round_.get_absolute_url() if round_.is_public else reverse("desk:round", args=[round_.slug])
    return request.build_absolute_uri(path)


def committee_book_of(request: HttpRequest, round_: Round) -> HttpResponse:
    """The committee's workbook; itself on record."""
    report = report_of(round_)
    content, filename = (
        committee_book.committee_book(report, address_of(request, round_)),
        committee_book.filename(report),
    )
    record_export(request, f"{round_}の委員会用の表（{filename}）", rows=len(report.evaluations))
    return excel_response(content, filename)


@round_page(Permission.PUBLISH)
def committee_xlsx(request: HttpRequest, round_: Round) -> HttpResponse:
    return committee_book_of(request, round_)


@round_page(Permission.PUBLISH)
def data_xlsx(request: HttpRequest, round_: Round) -> HttpResponse:
    return data_book_of(request, round_)


def data_book_of(request: HttpRequest, round_: Round, filename: str = "") -> HttpResponse:
    """The machine-readable workbook, under its own name where none is given; itself on record."""
    report = report_of(round_)
    content, named = data_book.data_book(report, address_of(request, round_)), filename or data_book.filename(report)
    record_export(request, f"{round_}の機械判読用のデータ（{named}）", rows=len(report.evaluations))
    return excel_response(content, named)
