"""Pictures of every paper for docs/papers.md: `make pictures` prints them anew from the records the tests
use.

Needs Poppler's pdftoppm. Pages are small and in sixteen greys, so that the folder stays light; names of
pages that no longer exist are removed.
"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

from PIL import Image

from registry import schema  # noqa: F401 - every table must be known before a row can be made
from registry.contracts import authority_sheet, papers, reward_sheet, sheet, signature_sheet, stamping
from registry.contracts.blocks import Composed, rendered
from registry.contracts.paper_facts import PaperFacts
from registry.contracts.registration_form import form_row
from registry.contracts.signature_sheet import Listed
from registry.exports import covers, voucher
from registry.parties.models import Organisation, Venue
from tests.contracts.papers import CO_OWNER, EXTRAS, PATENT, UNIVERSITY, facts, record
from tests.fonts import fonts

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "papers"
RESOLUTION, GREYS, LARGEST = 60, 16, 80 * 1024
TEXT_DIGEST = "5f2c" * 16
COURIER = "上海市浦东新区某路一号 技术合同登记部（演示） 021-50000000"
PERIOD_END = date(2026, 12, 2)
FIRST_PAGES: dict[str, tuple[int, ...]] = {"02-contract": (1, 2, 7)}
"""Of long papers, the pages that are shown."""


def composed() -> Iterator[tuple[str, Composed]]:
    """Every paper of a package, and those that go with it, under the name of its picture."""
    one, both = facts(), facts(record(co_owners=[CO_OWNER]))
    row = {"contract": one.contract, "form": form_row([one], EXTRAS), "voucher": "DEMO-MX-V26-2K7Q-M3X9"}
    row["form"]["voucher"] = row["voucher"]
    yield "00-contents", covers.contents(row, one, _listed())
    yield "01-form", sheet.compose([one], EXTRAS)
    other = {**PATENT, "number": "ZL201919999002.6", "title": "一种文件共享方法"}
    two = facts(record(patents=[PATENT, other]))
    yield "01-form-of-two", sheet.compose([two], EXTRAS)
    yield "02-contract", papers.compose("contract", both)
    yield "02b-signature-sheet", signature_sheet.compose([_signs(both)], COURIER)
    several = [_signs(facts(record(contract=f"DEMO-MX-C26-K7QM-3X{n}R"))) for n in range(3)]
    yield "02b-several-contracts", signature_sheet.compose(several, COURIER)
    yield "03-declaration", covers.declaration(row, one, TEXT)
    yield "04-notice", papers.compose("notice", one)
    yield "payment-request", papers.compose("payment_request", one)
    yield "certificate", papers.compose("certificate", one)
    yield from _authorities(one)
    yield "09-truthfulness", covers.truthfulness(row, one)
    yield "10-technology-amount", covers.amounts(row, one)
    yield "12-voucher", voucher.compose(row, [one])
    yield "reward-sheet", reward_sheet.compose([one], PERIOD_END)


def _authorities(one: PaperFacts) -> Iterator[tuple[str, Composed]]:
    names = ("kind", "name", "uscc", "address", "legal_representative")
    unit = Organisation(**{name: UNIVERSITY[name] for name in names})
    venue = Venue(code="V1", organisation=Organisation(name="东海知识产权交易中心（演示）"))
    yield "08a-authority", authority_sheet.office(unit, watermark="演示")
    entrusted = authority_sheet.registration(
        unit, venue, contract=one.contract, project=one.project, watermark="演示"
    )
    yield "08b-authority", entrusted


def _signs(about: PaperFacts) -> Listed:
    seat = stamping.seats(about.record)[0]
    return Listed(facts=about, seat=seat, text_digest=TEXT_DIGEST, text_pages=10)


def _listed() -> list[tuple[str, ...]]:
    return [
        ("01 技术合同登记表.pdf", "有", covers.ORIGINAL, "1", "/"),
        ("02 合同文本.pdf", "有", covers.ORIGINAL, "10", "/"),
        ("02b 盖章签署扫描件 许可方.pdf", "有", covers.PAPER, "1", "/"),
        ("02b 盖章签署扫描件 被许可方.jpg", "有", covers.COPY, "1", "/"),
        ("05 支付凭证.pdf", "有", covers.COPY, "1", "/"),
        ("08b 委托登记授权书", "缺", "/", "", "许可方"),
        ("12 交易凭证.pdf", "有", covers.ORIGINAL, "1", "/"),
        ("14 发票", "未提供（选填）", "/", "", "许可方"),
    ]


TEXT = """专利权人声明，愿意许可任何单位或者个人实施下列专利（演示）。
许可使用费：一次总付 68,000.00 元。
许可期限：三十六个月。"""


def pictures(name: str, paper: Composed) -> Iterator[tuple[str, bytes]]:
    """The pages of a paper that are shown, as small PNG files."""
    printed = rendered(paper, fonts())
    pages = FIRST_PAGES.get(name, tuple(range(1, printed.pages + 1)))
    for page in pages:
        command = ["pdftoppm", "-png", "-r", str(RESOLUTION), "-f", str(page), "-l", str(page), "-"]
        made = subprocess.run(command, input=printed.data, capture_output=True, check=True).stdout
        several = f"-{page}" if len(pages) > 1 else ""
        yield f"{name}{several}.png", _light(made)


def _light(png: bytes) -> bytes:
    made = BytesIO()
    grey = Image.open(BytesIO(png)).convert("L").quantize(GREYS)
    grey.save(made, "PNG", optimize=True)
    return made.getvalue()


def main() -> int:
    """Write all pictures and say how large they are."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = {file: data for name, paper in composed() for file, data in pictures(name, paper)}
    for old in set(FOLDER.glob("*.png")) - {FOLDER / file for file in made}:
        old.unlink()
    for file, data in made.items():
        (FOLDER / file).write_bytes(data)
    print(f"{len(made)} pictures, {sum(map(len, made.values())) // 1024} KB, in {FOLDER}")
    return int(any(len(data) > LARGEST for data in made.values()))


if __name__ == "__main__":
    sys.exit(main())
