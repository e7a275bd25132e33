"""Finished public pages, kept under the version of the content they show.

Every change of what the public sees raises one number in the database
(`plan.actions.bump_content_version`). A page is stored under that number, the
Japanese date (the home page says where in the five years we are), the release
and the address, so an edit shows at once in every worker process: nobody asks
for the old key again. See docs/decisions/0003-caching-by-content-version.md.
"""

import datetime
import gzip
import hashlib
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

STORE_SECONDS = 24 * 60 * 60
COMPRESS_FROM = 500
JAPAN = ZoneInfo("Asia/Tokyo")
RELEASE_SOURCES = ("accounts", "plan", "programs", "progress", "config", "templates", "static")

View = Callable[..., HttpResponse]


@dataclass
class RequestVersion:
    """The number a request began with; read when something of the request first needs it."""

    number: int | None = None


_version_of_request: ContextVar[RequestVersion | None] = ContextVar("version_of_request", default=None)


def public_page(view: View) -> View:
    """Mark a view's successful answers as the same for every reader without a session."""

    @wraps(view)
    def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.is_public_page = True  # type: ignore[attr-defined]  # read by PublicCacheMiddleware
        return response

    return marked


def content_version() -> int:
    """The number of the newest state of the public content; 0 before anything was loaded.

    While a page is made, the number its request began with: what is read after it
    is at least as new. One query a page.
    """
    known = _version_of_request.get()
    if known is None:
        return _read_version()
    if known.number is None:
        known.number = _read_version()
    return known.number


def _read_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM plan_contentversion WHERE id = 1")
        row = cursor.fetchone()
    return row[0] if row else 0


@lru_cache(maxsize=1)
def release() -> str:
    """A fingerprint of this release's code, templates and static files: a new release shows at once."""
    digest = hashlib.sha256()
    for folder in RELEASE_SOURCES:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".svg", ".css", ".js"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@dataclass(frozen=True)
class StoredPage:
    """A finished page: its bytes plain and compressed, and the headers a reader needs."""

    body: bytes
    compressed: bytes | None
    content_type: str
    disposition: str | None

    @classmethod
    def of(cls, response: HttpResponse) -> "StoredPage":
        body = response.content
        compressed = gzip.compress(body, compresslevel=6, mtime=0) if len(body) >= COMPRESS_FROM else None
        return cls(body, compressed, response.headers["Content-Type"], response.headers.get("Content-Disposition"))

    def response(self, request: HttpRequest) -> HttpResponse:
        if self.compressed is not None and _takes_gzip(request):
            response = HttpResponse(self.compressed, content_type=self.content_type)
            response.headers["Content-Encoding"] = "gzip"
        else:
            response = HttpResponse(self.body, content_type=self.content_type)
        if self.disposition:
            response.headers["Content-Disposition"] = self.disposition
        return response


def _takes_gzip(request: HttpRequest) -> bool:
    """Whether the reader accepts gzip; `gzip;q=0` refuses it (RFC 9110, 12.5.3)."""
    for coding in request.META.get("HTTP_ACCEPT_ENCODING", "").split(","):
        name, _, weight = coding.partition(";")
        if name.strip().lower() == "gzip":
            return weight.replace(" ", "").rstrip("0") not in {"q=", "q=0.", "q=0"}
    return False


class PublicCacheMiddleware:
    """Answers repeated requests for public pages before any other part of the portal works.

    A request with a session cookie goes past: staff see links of their own.
    Only addresses without a query string are stored, so nobody can fill the
    store; those with one still get an ETag.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            return self._make(request, RequestVersion())
        try:
            version = content_version()
        except DatabaseError:
            return self.get_response(request)
        etag = _etag(request, version)
        if etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
            return _with_validators(HttpResponseNotModified(), etag)
        stored = caches["pages"].get(etag) if not request.META.get("QUERY_STRING") else None
        if stored is not None:
            return _with_validators(stored.response(request), etag)
        response = self._make(request, RequestVersion(version))
        if response.status_code != 200 or not getattr(response, "is_public_page", False):
            return response
        page = StoredPage.of(response)
        if not request.META.get("QUERY_STRING"):
            caches["pages"].set(etag, page, STORE_SECONDS)
        return _with_validators(page.response(request), etag)

    def _make(self, request: HttpRequest, version: RequestVersion) -> HttpResponse:
        begun = _version_of_request.set(version)
        try:
            return self.get_response(request)
        finally:
            _version_of_request.reset(begun)


def _etag(request: HttpRequest, version: int) -> str:
    """A weak validator: the same page compressed or not is the same page."""
    today = datetime.datetime.now(JAPAN).date().isoformat()
    named = f"{version}|{today}|{release()}|{request.get_host()}|{request.get_full_path()}"
    return f'W/"{hashlib.sha256(named.encode()).hexdigest()[:32]}"'


def _with_validators(response: HttpResponse, etag: str) -> HttpResponse:
    response.headers["ETag"] = etag
    # Readers may keep the page but ask each time whether it still holds.
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response
