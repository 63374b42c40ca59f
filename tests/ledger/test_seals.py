"""Seals: other readers find them sound, and what cannot be sealed is not."""

import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from registry.ledger.outside import Unreached
from registry.ledger.seal_frame import HOLE, frame, unseal
from registry.ledger.sealing import B_B, B_T, seal
from registry.ledger.seals import check_seal
from tests.ledger import authority
from tests.ledger.sealed import AT, key_of, made, pem, whole


@pytest.fixture(scope="module")
def file() -> bytes:
    return seal(whole()[0], key_of("seal"), AT).data


def test_poppler_finds_the_whole_file_signed_and_the_signature_sound(file: bytes, tmp_path: Path) -> None:
    (tmp_path / "sealed.pdf").write_bytes(file)
    command = ["pdfsig", "-nocert", str(tmp_path / "sealed.pdf")]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Total document signed" in told.stdout
    assert "Signature is Valid" in told.stdout
    assert "ETSI.CAdES.detached" in told.stdout
    appended = tmp_path / "appended.pdf"
    appended.write_bytes(file + b"%\n")
    command = ["pdfsig", "-nocert", str(appended)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Total document signed" not in told.stdout


@pytest.mark.parametrize("name", ["seal", "rsa"])
def test_pyhanko_finds_it_sound_and_certified_against_every_change(name: str) -> None:
    key = key_of(name)
    trusted = list(load_certs_from_pemder_data(pem(key.certificate)))
    reader = PdfFileReader(BytesIO(seal(whole()[0], key, AT).data))
    (signature,) = reader.embedded_signatures
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=trusted, moment=AT))
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.docmdp_ok
    assert reader.root["/Perms"]["/DocMDP"].get_object() == signature.sig_object


def test_the_sealed_file_begins_with_what_was_sealed(file: bytes) -> None:
    data, _ = whole()
    assert file.startswith(data)
    read = unseal(file)
    assert read is not None
    assert (read.whole, read.at) == (data, AT)
    assert unseal(data) is None


def test_what_is_no_certificate_with_its_bundle_is_not_sealed(file: bytes) -> None:
    for odd in (file, b"%PDF-1.4\n", whole()[0] + b"\n"):
        with pytest.raises(ValueError, match=r"must be|added|behind"):
            frame(odd, AT)


def test_a_signature_larger_than_the_hole_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        frame(whole()[0], AT).filled(bytes(HOLE + 1))


def test_a_timestamp_of_a_pinned_authority_outlives_the_certificate() -> None:
    tsa = authority.shared()
    with authority.authority_at(tsa) as (_, url):
        short = made("short life", begins=tsa.leaf.not_valid_before_utc)
        sealed = seal(
            whole()[0], key_of("short life", certificate=short), AT, tsa_url=url, tsa_roots=tsa.roots
        )
    assert sealed.level == B_T
    read = unseal(sealed.data)
    assert read is not None
    later = short.not_valid_after_utc.replace(year=2300)
    stamped = check_seal(read, given=(short,), roots=tsa.roots, now=later)
    assert stamped.verdict.code == "seal_known"
    assert stamped.facts["stamped_at"] != stamped.facts["at"]
    assert check_seal(read, given=(short,), roots=(), now=later).verdict.code == "seal_expired"


def test_an_authority_that_is_set_and_does_not_answer_leaves_nothing_half_sealed() -> None:
    tsa = authority.shared()
    with authority.authority_at(tsa) as (teller, url):
        teller.say = lambda _: ("500 no", "text/plain", b"")
        with pytest.raises(Unreached):
            seal(whole()[0], key_of("seal"), AT, tsa_url=url, tsa_roots=tsa.roots)
    assert seal(whole()[0], key_of("seal"), AT).level == B_B
