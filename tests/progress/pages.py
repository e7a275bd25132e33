"""What stands on a page: the messages for who sent a form, the rows of a table."""

import re
from typing import Any

from django.test import Client

from tests.plan.reading import words


def messages_of(response: Any) -> list[str]:
    """The messages at the head of the page."""
    return [str(message) for message in response.context["messages"]]


def table_rows(page: str) -> list[list[str]]:
    """The words of each cell of the first table."""
    body = re.search(r"<tbody\b.*?</tbody>", page, re.DOTALL)
    assert body is not None
    rows = re.findall(r"<tr\b.*?</tr>", body.group(), re.DOTALL)
    return [[words(cell) for cell in re.findall(r"<t[hd]\b.*?</t[hd]>", row, re.DOTALL)] for row in rows]


def confirm_looked_over(client: Client, address: str, chosen: dict[str, Any], **options: Any) -> Any:
    """Choose proposals of the next year, look them over, and confirm all that the page shows."""
    page = client.post(address, chosen)
    endings = [row.proposal.pk for row in page.context["found"].endings]
    return client.post(address, {"seen": page.context["seen"], "pk": endings}, **options)
