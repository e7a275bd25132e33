"""What tests of /desk/ read from its lists."""

import re
from html import unescape

from django.test import Client

from progress.models import Evaluation


def page_of(client: Client, query: str = "") -> str:
    response = client.get(f"/desk/{query}")
    assert response.status_code == 200
    return unescape(response.content.decode())


def section(page: str, heading: str) -> str:
    found = re.search(rf'<section aria-labelledby="{heading}".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def titles(page: str, heading: str) -> list[str]:
    """The actions listed in a section, in their order."""
    return re.findall(r'<a href="/desk/evaluations/\d+/">(.*?)</a>', section(page, heading))


def name(evaluation: Evaluation) -> str:
    return str(evaluation.action)
