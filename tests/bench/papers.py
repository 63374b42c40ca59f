"""Contract and form against ReportLab alone: the same words and face, set by its own Paragraph and Table; and
the seal on a certificate against pyHanko's own signature of the same file.
"""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from registry.contracts import papers
from registry.contracts.blocks import plain, rendered
from registry.documents.fonts import SERIF, load_fonts
from registry.ledger.seal_keys import make_self_made, open_seal
from registry.ledger.sealing import seal
from registry.ledger.signers import FILE
from tests.bench.measuring import Row, compare
from tests.contracts.papers import facts, record
from tests.fonts import font_folder
from tests.ledger.sealed import AT, whole

STYLE = ParagraphStyle("bare", fontName=SERIF, fontSize=10.5, leading=16, wordWrap="CJK")


def run() -> list[Row]:
    fonts = load_fonts(font_folder())
    rows = []
    for kind, bare, rounds in (("contract", _paragraphs, 7), ("sheet", _table, 9)):
        composed = papers.compose(kind, facts(record("instalments")))
        lines = [line for line in plain(composed).splitlines() if line.strip()]
        assert all(not fonts.missing(line) for line in lines)
        rows.append(
            compare(
                f"{kind}, printed · ReportLab alone",
                lambda _, composed=composed: rendered(composed, fonts),  # type: ignore[misc]
                lambda _, bare=bare, lines=lines: bare(lines),  # type: ignore[misc]
                rounds=rounds,
                each=3,
            )
        )
    return [*rows, _sealing()]


def _sealing() -> Row:
    """One certificate with its bundle, RSA of 3072 bits as `registry keys seal` makes it, no timestamp."""
    data, _ = whole()
    with TemporaryDirectory() as name:
        folder = Path(name) / "keys"
        make_self_made(folder, operator="bench", demo=True, at=AT)
        key = open_seal(FILE, folder)
        loaded = signers.SimpleSigner.load(str(folder / "seal.pem"), str(folder / "seal.crt"))
        private = load_pem_private_key((folder / "seal.pem").read_bytes(), None)
    assert loaded is not None
    assert isinstance(private, RSAPrivateKey)
    signer = _Opened(
        signing_cert=loaded.signing_cert, signing_key=loaded.signing_key, cert_registry=loaded.cert_registry
    )
    signer.private = private
    meta = signers.PdfSignatureMetadata(
        field_name="Seal",
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
    )

    def ours(_: int) -> None:
        seal(data, key, AT)

    def bare(_: int) -> None:
        signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(data)), meta, signer)

    return compare(
        "certificate, sealed and checked · pyHanko alone",
        ours,
        bare,
        rounds=9,
        each=5,
    )


class _Opened(signers.SimpleSigner):
    """pyHanko's signer with its key opened once: its own opens and tests the key for every signature."""

    private: RSAPrivateKey

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return self.private.sign(data, PKCS1v15(), SHA256())


def _paragraphs(lines: list[str]) -> None:
    SimpleDocTemplate(BytesIO(), pagesize=A4, invariant=1).build(
        [Paragraph(escape(line), STYLE) for line in lines]
    )


def _table(lines: list[str]) -> None:
    rows = [[Paragraph(escape(line), STYLE)] for line in lines]
    style = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), ("FONTNAME", (0, 0), (-1, -1), SERIF)])
    SimpleDocTemplate(BytesIO(), pagesize=A4, invariant=1).build([Table(rows, colWidths=[450], style=style)])
