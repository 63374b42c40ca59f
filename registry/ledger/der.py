"""DER, read strictly (X.690 section 10): definite lengths in their shortest form, nothing behind the end."""

from dataclasses import dataclass

INTEGER, OCTETS, OID, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x30, 0x31
CONTEXT_0, CONTEXT_1 = 0xA0, 0xA1  # constructed, context-specific, numbers 0 and 1


@dataclass(frozen=True, slots=True)
class Item:
    """One value: its tag, its content, and the bytes it was read from."""

    tag: int
    content: bytes
    raw: bytes

    def items(self, *tags: int) -> "list[Item]":
        """What stands in it; with tags: exactly these, in this order. Raises ValueError."""
        found = read_all(self.content)
        if tags and tuple(item.tag for item in found) != tags:
            raise ValueError("not the expected fields")
        return found

    def only(self, tag: int) -> "Item":
        """The one value in it. Raises ValueError."""
        return self.items(tag)[0]

    def first(self) -> "Item":
        """The first value in it. Raises ValueError."""
        first, *_ = self.items()
        return first


def read(data: bytes, tag: int) -> Item:
    """The one value these bytes spell. Raises ValueError for another tag, a rest, or a loose spelling."""
    found = read_all(data)
    if len(found) != 1 or found[0].tag != tag:
        raise ValueError("not one value of that tag")
    return found[0]


def read_all(data: bytes) -> list[Item]:
    """The values in a row. Raises ValueError."""
    found: list[Item] = []
    at = 0
    while at < len(data):
        item = _item(data, at)
        found.append(item)
        at += len(item.raw)
    return found


def write(tag: int, *parts: bytes) -> bytes:
    """A value of these parts."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    spelled = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(spelled)]) + spelled + content


def _item(data: bytes, at: int) -> Item:
    if len(data) < at + 2 or data[at] & 0x1F == 0x1F:
        raise ValueError("cut, or a tag of many bytes")
    size, start = data[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        spelled = data[start : start + count]
        if not 1 <= count <= 4 or len(spelled) != count or spelled[0] == 0:
            raise ValueError("a length that is not in its shortest form")
        size, start = int.from_bytes(spelled, "big"), start + count
        if size < 0x80 or (count > 1 and size < 1 << 8 * (count - 1)):
            raise ValueError("a length that is not in its shortest form")
    end = start + size
    if end > len(data):
        raise ValueError("cut")
    return Item(data[at], data[start:end], data[at:end])


def length_of(data: bytes) -> int:
    """How many bytes the first value takes. Raises ValueError."""
    return len(_item(data, 0).raw)
