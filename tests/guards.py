"""What every test is watched for: undefined template variables, and SQL writes while answering a GET."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.conf import settings
from django.db import connections
from django.template import engines
from django.template.base import Node
from django.test import Client

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE|CREATE|ALTER|DROP|COPY)\b", re.IGNORECASE)
# A session is prolonged by every request, and failed log-ins are counted, whatever the method; that somebody
# looked at personal data, took a file away or was refused goes on record in the audit trail, which is no content.
_EXEMPT_TABLES = re.compile(r'"(django_session|shared_cache|accounts_auditentry|accounts_audithead)"')


class UndefinedTemplateVariableError(AssertionError):
    """A template of ours names what its context does not hold."""


class WriteDuringGetError(AssertionError):
    """A request that must only read has changed the database."""


class UndefinedVariable(str):
    """Stands for an undefined variable: an error in our templates, the empty string in others'.

    Django asks `if string_if_invalid:` before it uses it. The templates of the
    admin, allauth and simple_history name variables that are not always there
    and rely on getting nothing; which template asks is read from the node
    being rendered, so a block of ours inside a page of theirs is still watched.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        frame = sys._getframe(1)
        expression = frame.f_locals.get("self")
        node = _node_being_rendered()
        origin = str(getattr(node, "origin", None) or "<unknown>")
        if _is_third_party(origin):
            return False
        raise UndefinedTemplateVariableError(f"undefined in {origin}: {{{{ {expression} }}}}")


def _node_being_rendered() -> Node | None:
    frame = sys._getframe(1)
    while frame is not None:
        candidate = frame.f_locals.get("self")
        if isinstance(candidate, Node) and hasattr(candidate, "origin"):
            return candidate
        frame = frame.f_back  # type: ignore[assignment]  # ends in None
    return None


def _is_third_party(origin: str) -> bool:
    if "site-packages" in origin:
        return True
    return origin.startswith("/") and not origin.startswith(str(settings.BASE_DIR))


@contextmanager
def undefined_variables_raise() -> Iterator[None]:
    engine = engines["django"].engine  # type: ignore[attr-defined]  # DjangoTemplates has it
    before = engine.string_if_invalid
    engine.string_if_invalid = UndefinedVariable()
    try:
        yield
    finally:
        engine.string_if_invalid = before


def is_write(sql: str) -> bool:
    return bool(_WRITE.match(sql)) and not _EXEMPT_TABLES.search(sql)


@contextmanager
def refuse_writes(what: str) -> Iterator[None]:
    """Fails at the end when any SQL in between wrote; named after what was going on."""
    written: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if is_write(sql):
            written.append(sql)
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(watch))
        yield
    if written:
        raise WriteDuringGetError(f"{what} wrote to the database:\n" + "\n".join(written))


def guarded_request(original: Callable[..., Any]) -> Callable[..., Any]:
    """`Client.request`, watched whenever the method promises to change nothing."""

    def request(self: Client, **environ: Any) -> Any:
        method = environ.get("REQUEST_METHOD", "GET")
        if method not in SAFE_METHODS:
            return original(self, **environ)
        with refuse_writes(f"{method} {environ.get('PATH_INFO', '/')}"):
            return original(self, **environ)

    return request
