"""Workbooks as downloads."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.csv_export import attachment
from programs.excel_safety import UnsafeFile

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def excel_response(content: bytes, filename: str) -> HttpResponse:
    """`filename` may be Japanese and ends in `.xlsx`."""
    response = HttpResponse(content, content_type=EXCEL)
    response["Content-Disposition"] = attachment(filename)
    return response


def told_unreadable(request: HttpRequest, name: str, error: UnsafeFile, view: str, slug: str) -> HttpResponse:
    """Back to where a file is chosen, which says why the kept one called `name` cannot be read any more."""
    messages.error(request, f"『{name}』は、もう読み込めません。{error}")
    return redirect(view, slug=slug)
