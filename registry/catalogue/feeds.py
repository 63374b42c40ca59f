"""A search as a feed: Atom (RFC 4287) and JSON Feed 1.1, the newest offers first, in Chinese."""

import xml.etree.ElementTree as xml  # only written here, never read
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from registry import clock
from registry.catalogue.models import OfferIndex
from registry.ledger.canonical import sha256_hex

ATOM = "http://www.w3.org/2005/Atom"
MOST = 50


class Feed:
    """The newest offers of one search, and where it stands. `query` are the parameters of its page."""

    def __init__(self, offers: Sequence[OfferIndex], query: Mapping[str, str], *, base: str) -> None:
        self.offers, self.base = offers, base
        self._asked = urlencode(query)

    @property
    def page(self) -> str:
        return self._address("/search")

    @property
    def title(self) -> str:
        return "明许 Mingxu：新的开放许可"

    @property
    def updated(self) -> datetime | None:
        """When the newest of them was published; None when there is none."""
        return max((one.published_at for one in self.offers), default=None)

    @property
    def etag(self) -> str:
        """Changes when an offer comes, goes or stands otherwise."""
        stand = [f"{one.number} {one.tag} {clock.rfc3339(one.published_at)}" for one in self.offers]
        return sha256_hex("\n".join([self._asked, *stand]).encode())[:32]

    def atom(self) -> bytes:
        """The feed as Atom."""
        root = xml.Element("feed", {"xmlns": ATOM, "xml:lang": "zh-CN"})
        _add(root, "id", self._address("/search/feed.atom"))
        _add(root, "title", self.title)
        _add(root, "updated", _stamp(self.updated))
        root.append(xml.Element("link", {"rel": "self", "href": self._address("/search/feed.atom")}))
        root.append(xml.Element("link", {"rel": "alternate", "type": "text/html", "href": self.page}))
        author = xml.SubElement(root, "author")
        _add(author, "name", "明许 Mingxu")
        for one in self.offers:
            entry = xml.SubElement(root, "entry")
            _add(entry, "id", self._offer(one))
            _add(entry, "title", one.title)
            _add(entry, "updated", _stamp(one.published_at))
            _add(entry, "published", _stamp(one.published_at))
            entry.append(xml.Element("link", {"rel": "alternate", "href": self._offer(one)}))
            _add(entry, "summary", _summary(one))
        made: bytes = xml.tostring(root, encoding="utf-8", xml_declaration=True)
        return made

    def json(self) -> dict[str, Any]:
        """The feed as JSON Feed."""
        return {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.title,
            "language": "zh-CN",
            "home_page_url": self.page,
            "feed_url": self._address("/search/feed.json"),
            "items": [
                {
                    "id": self._offer(one),
                    "url": self._offer(one),
                    "title": one.title,
                    "content_text": _summary(one),
                    "date_published": _stamp(one.published_at),
                }
                for one in self.offers
            ],
        }

    def _address(self, path: str) -> str:
        return f"{self.base}{path}?{self._asked}" if self._asked else f"{self.base}{path}"

    def _offer(self, one: OfferIndex) -> str:
        return f"{self.base}/offers/{one.number}"


def _summary(one: OfferIndex) -> str:
    return " · ".join(filter(None, (one.price_zh, one.holder_name, one.patent_number, one.summary)))


def _stamp(instant: datetime | None) -> str:
    """RFC 3339; a feed without an entry was never updated."""
    return clock.rfc3339(instant) if instant else "1970-01-01T00:00:00.000Z"


def _add(parent: xml.Element, name: str, words: str) -> None:
    xml.SubElement(parent, name).text = _printable(words)


def _printable(words: Iterable[str]) -> str:
    """XML 1.0 takes no control characters and no lone surrogates."""
    return "".join(one for one in words if one in "\t\n" or (one >= " " and not "\ud800" <= one <= "\udfff"))
