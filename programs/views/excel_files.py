"""Workbooks as downloads."""

from django.http import HttpResponse

from accounts.csv_export import attachment

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def excel_response(content: bytes, filename: str) -> HttpResponse:
    """`filename` may be Japanese and ends in `.xlsx`."""
    response = HttpResponse(content, content_type=EXCEL)
    response["Content-Disposition"] = attachment(filename)
    return response
