"""What a page of the desk says to who sent a form."""

from typing import Any


def messages_of(response: Any) -> list[str]:
    """The messages at the head of the page."""
    return [str(message) for message in response.context["messages"]]
