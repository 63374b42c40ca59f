"""The access matrix of those who run and audit the registry."""

from collections.abc import Mapping

from tests.access import AUDITOR, EVERYBODY, Line, line

ADMINISTRATION: Mapping[str, Line] = {
    "GET help.show": line(EVERYBODY),
    "GET oversight.decisions": line(AUDITOR),
    "GET oversight.exceptions": line(AUDITOR),
    "GET oversight.sample": line(AUDITOR, {"seed": "1", "size": "5"}),
}
