"""Public pages kept for readers who are not signed in, one for each address, language and stamp.

A page is kept for a minute at most and for as long as its stamp stays: the offer's row in the index changes
with every public move, so that the next reader after a withdrawal sees it. Each process keeps its own.
"""

import threading
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, TypeVar

from cachetools import TTLCache
from flask import Response, current_app, make_response, request

from registry import clock, language
from registry.parties.doors import current_actor

View = TypeVar("View", bound=Callable[..., Any])
SECONDS = 60
BYTES = 48 * 1024 * 1024
LARGEST = 400_000
KEPT = "page_cache"
_OPENING = threading.Lock()


class Pages:
    """A bounded store of rendered pages; safe to use from several threads."""

    def __init__(self, seconds: float = SECONDS, most: int = BYTES) -> None:
        self._pages: TTLCache[Hashable, Response] = TTLCache(most, seconds, getsizeof=_size)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        with self._lock:
            return len(self._pages)

    def get(self, key: Hashable) -> Response | None:
        with self._lock:
            return self._pages.get(key)

    def put(self, key: Hashable, page: Response) -> None:
        if _size(page) <= min(LARGEST, self._pages.maxsize):
            with self._lock:
                self._pages[key] = page


def kept(stamp: Callable[..., Hashable]) -> Callable[[View], View]:
    """Answer anonymous readers of a page from the store while `stamp(**arguments)` stays the same.

    Only whole pages that set no cookie are kept; whoever is signed in always gets a page of their own.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def look(**arguments: Any) -> Any:
            if current_actor() is not None or request.method != "GET":
                return view(**arguments)
            pages, key = _pages(), _key(stamp(**arguments))
            found = pages.get(key)
            if found is not None:
                return _copy(found)
            page = make_response(view(**arguments))
            if page.status_code == 200 and not page.headers.get("Set-Cookie") and not page.is_streamed:
                pages.put(key, _copy(page))
            return page

        return look  # type: ignore[return-value]

    return decorate


def _key(stamp: Hashable) -> Hashable:
    """The legal day is part of it: at midnight in Shanghai offers end and terms shorten."""
    accept = request.accept_mimetypes.best_match(("text/html", "application/ld+json", "application/json"))
    return request.full_path, accept, language.current(), clock.today(), stamp


def _pages() -> Pages:
    with _OPENING:
        store: Pages = current_app.extensions.setdefault(KEPT, Pages())
    return store


def _copy(page: Response) -> Response:
    """Each reader's own: what is done on leaving (headers, language) must not gather on the kept one."""
    return Response(page.get_data(), status=page.status_code, headers=list(page.headers))


def _size(page: Response) -> int:
    return len(page.get_data())
