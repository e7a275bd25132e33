"""What the pages of 組織改編 send, as a browser does it."""

from typing import Any

from django.test import Client

from accounts.models import Department

URL = "/admin/accounts/department/reorganise/"


def begun(kind: str, *departments: Department, day: str = "2017-05-01") -> dict[str, Any]:
    """What the first page sends."""
    return {"start-kind": kind, "start-day": day, "start-departments": [one.pk for one in departments]}


def following(index: int, department: Department, name: str, code: str = "") -> dict[str, Any]:
    """What the second page sends for one organisation."""
    return {
        f"to-code-{index}": code or department.code,
        f"to-name-{index}": name,
        f"to-bureau-{index}": department.bureau_id or "",
    }


def renamed(department: Department, **more: Any) -> dict[str, Any]:
    return {**begun("rename", department), **following(0, department, "新しい課"), **more}


def reviewed(client: Client, data: dict[str, Any]) -> Any:
    return client.post(URL, {**data, "go": "review"})


def confirmed(client: Client, data: dict[str, Any], reason: str = "組織改正による", **options: Any) -> Any:
    """The last page as a browser sends it: with the fingerprint that the list had."""
    shown = reviewed(client, data)
    last = {"last-fingerprint": shown.context["listed"].fingerprint, "last-reason": reason}
    return client.post(URL, {**data, **last, "go": "confirm"}, **options)


def messages_of(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]
