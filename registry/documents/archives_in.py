"""ZIP archives people bring: their files by name, bounded before anything is unpacked.

Members are read into memory one after another; a member that unfolds beyond what its directory says is
refused. Folders are ignored, and only the last part of a path counts as a name.
"""

from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from registry.documents.uploads import MOST_RATIO
from registry.errors import Refused, TooLarge
from registry.text import readable_size

ZIP = b"PK\x03\x04"
MOST_FILES = 1000
_ENCRYPTED = 0x1


def read_archive(data: bytes, *, each: int, whole: int, field: str = "file") -> list[tuple[str, bytes]]:
    """Names and contents. `each`, `whole`: bytes a member and all together may have.

    Raises TooLarge (`too_large`, `unpacks_too_large`, `too_many_files`) and Refused (`damaged_file`,
    `encrypted_archive`, `name_twice`).
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            _check(members, len(data), each=each, whole=whole, field=field)
            return [(_name(one.filename), archive.read(one)) for one in members]
    except (BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Refused("damaged_file", field) from error


def _check(members: list[ZipInfo], size: int, *, each: int, whole: int, field: str) -> None:
    if len(members) > MOST_FILES:
        raise TooLarge("too_many_files", field, max=MOST_FILES)
    if any(one.flag_bits & _ENCRYPTED for one in members):
        raise Refused("encrypted_archive", field)
    if any(one.file_size > each for one in members):
        raise TooLarge("too_large", field, max=readable_size(each))
    unpacked = sum(one.file_size for one in members)
    if unpacked > min(whole, MOST_RATIO * size):
        raise TooLarge("unpacks_too_large", field, max=readable_size(whole))
    names = [_name(one.filename).casefold() for one in members]
    for name in names:
        if names.count(name) > 1:
            raise Refused("name_twice", field, name=name)


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
