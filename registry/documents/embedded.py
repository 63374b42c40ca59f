"""Electronic seals and signatures inside a PDF that somebody brought: what they are, and what was checked.

Checked: that the signature fits the bytes it covers, and whether it covers the whole file. Not checked, and
always said: whether its certificate is trusted or revoked, and whose it really is. What cannot be read, the
Chinese SM2 seals among it, is named as not checked; it is never called good, and never stops an upload.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import SuspiciousModification
from pyhanko.sign.general import UnacceptableSignerError
from pyhanko.sign.validation import SignatureCoverageLevel
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

MARK = b"/ByteRange"
MOST = 8
"""Signatures looked at in one file; a paper with more is no signature sheet."""
_UNREADABLE = (
    PdfError, SignatureValidationError, UnacceptableSignerError, SuspiciousModification, ValueError,
    TypeError, LookupError, AttributeError, NotImplementedError, RecursionError, OSError,
)  # fmt: skip
"""What hostile or unusual bytes make a reader raise: each means `unreadable`, none an error of ours."""

Verdict = Literal["intact", "broken", "unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """One signature. `signer` and `issuer` are what its certificate says of itself, `signed_at` what it
    claims.
    """

    verdict: Verdict
    whole_file: bool = False
    signer: str = ""
    issuer: str = ""
    signed_at: str = ""
    algorithm: str = ""


def embedded_signatures(data: bytes) -> list[Embedded]:
    """The signatures of a PDF in the order they were made; none for a file without any."""
    if MARK not in data:
        return []
    try:
        found = PdfFileReader(BytesIO(data), strict=False).embedded_regular_signatures[:MOST]
    except _UNREADABLE:
        return [Embedded(verdict="unreadable")]
    return [_looked_at(one) for one in found]


def _looked_at(signature: Any) -> Embedded:
    said = _said(signature)
    try:
        signature.compute_integrity_info(skip_diff=True)
        intact, valid = validate_sig_integrity(
            signature.signer_info,
            signature.signer_cert,
            expected_content_type="data",
            actual_digest=signature.compute_digest(),
        )
    except _UNREADABLE:
        return Embedded(verdict="unreadable", **said)
    whole = signature.coverage == SignatureCoverageLevel.ENTIRE_FILE
    return Embedded(verdict="intact" if intact and valid else "broken", whole_file=whole, **said)


def _said(signature: Any) -> dict[str, Any]:
    """What the signature says of itself, as far as it can be read."""
    try:
        certificate = signature.signer_cert
        claimed = signature.self_reported_timestamp
        return {
            "signer": _name(certificate.subject),
            "issuer": _name(certificate.issuer),
            "signed_at": claimed.isoformat() if claimed else "",
            "algorithm": str(certificate.public_key.algorithm),
        }
    except _UNREADABLE:
        return {}


def _name(name: Any) -> str:
    """The common name with its organisation, without line breaks, 200 characters at most."""
    parts = name.native
    wanted = [parts.get("common_name"), parts.get("organization_name")]
    words = "，".join(dict.fromkeys(str(part) for part in wanted if part)) or name.human_friendly
    return " ".join(words.split())[:200]
