"""A certificate sealed: PAdES B-B, or B-T where a timestamp authority is set, certified against any change.

pyHanko makes the signature (CAdES, RFC 5652 and 5035); where it stands in the file is `seal_frame`'s matter,
so that both checkers can make the file again. Never inside a transaction: an authority may take its time.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from pyhanko.sign.signers import Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from registry.ledger import outside, seals
from registry.ledger.outside import Unreached
from registry.ledger.seal_frame import frame, unseal
from registry.ledger.seal_keys import SealKey
from registry.ledger.timestamps import QUERY, REPLY
from registry.ledger.tokens import plain

SHA256 = "sha256"
B_B, B_T = "B-B", "B-T"


@dataclass(frozen=True, slots=True)
class Made:
    """A sealed file, and its level."""

    data: bytes
    level: str


def seal(
    whole: bytes, key: SealKey, at: datetime, *, tsa_url: str = "", tsa_roots: Sequence[Certificate] = ()
) -> Made:
    """The sealed file of a certificate with its bundle; `at` in whole seconds of UTC.

    What comes out is checked as a reader checks it before anybody gets it. Raises ValueError for another
    file, Unavailable signer_failed, Unreached when an authority is set and does not answer.
    """
    made = frame(whole, at)
    stamper = _Stamper(tsa_url, tsa_roots) if tsa_url else None
    digest = hashlib.sha256(made.before)
    digest.update(made.after)
    signature = asyncio.run(_signed(_Signer(key), digest.digest(), key, stamper))
    data = made.filled(signature)
    read = unseal(data)
    if read is None:
        raise ValueError("a sealed file that is none")
    found = seals.check_seal(read, given=(key.certificate,), roots=tsa_roots, now=at)
    if stamper and "stamped_at" not in found.facts:
        raise Unreached("wrong_token", "no pinned root stands behind it")
    return Made(data, B_T if stamper else B_B)


async def _signed(signer: "_Signer", digest: bytes, key: SealKey, stamper: "_Stamper | None") -> bytes:
    made = await signer.async_sign_prescribed_attributes(
        SHA256, _attributes(digest, key), cms_version="v1", timestamper=stamper
    )
    return bytes(made.dump())


def _attributes(digest: bytes, key: SealKey) -> cms.CMSAttributes:
    """PAdES (EN 319 142-1, 6.3): no signing time, which stands in the file; every certificate named."""
    named = [{"cert_hash": hashlib.sha256(_der(one)).digest()} for one in (key.certificate, *key.above)]
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
            cms.CMSAttribute(
                {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": named})]}
            ),
        ]
    )


class _Signer(Signer):
    """pyHanko's port to our seal, wherever its key is."""

    def __init__(self, key: SealKey) -> None:
        own, *above = [asn1_x509.Certificate.load(_der(one)) for one in (key.certificate, *key.above)]
        kind = "sha256_rsa" if isinstance(key.certificate.public_key(), rsa.RSAPublicKey) else "sha256_ecdsa"
        super().__init__(
            signing_cert=own,
            cert_registry=_store(above),
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": kind}),
        )
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return self._key.sign(data)


class _Stamper(TimeStamper):
    """Asks the authority of the settings, and keeps of its answer what both checkers can hold to."""

    def __init__(self, url: str, roots: Sequence[Certificate]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._url, self._roots = url, roots

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        reply = outside.post(self._url, req.dump(), kind=QUERY)
        if reply.status != 200 or reply.type != REPLY:
            raise Unreached(f"status_{reply.status}", f"an answer of type {reply.type!r}")
        try:
            return tsp.TimeStampResp.load(plain(reply.body, self._roots))
        except ValueError as error:
            raise Unreached("wrong_token", str(error)) from error


def _store(above: Sequence[asn1_x509.Certificate]) -> SimpleCertificateStore:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    for one in above:
        store.register(one)
    return store


def _der(one: Certificate) -> bytes:
    return one.public_bytes(Encoding.DER)
