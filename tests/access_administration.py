"""The access matrix of those who run and audit the registry."""

from collections.abc import Mapping

from tests.access import AUDITOR, Line, line

ADMINISTRATION: Mapping[str, Line] = {
    "GET oversight.decisions": line(AUDITOR),
    "GET oversight.exceptions": line(AUDITOR),
    "GET oversight.sample": line(AUDITOR, {"seed": "1", "size": "5"}),
}
