"""A paper's page with its styles inside: it is printed by itself, and no browser's policy stands in the way."""

from typing import Any

from django.template.loader import render_to_string


def dressed(template: str, context: dict[str, Any]) -> str:
    """The HTML of the template with `papers/paper.css`, both for the context."""
    look = render_to_string("papers/paper.css", context)
    return render_to_string(template, context).replace("</head>", f"<style>{look}</style>\n</head>", 1)
