"""After a license, in a real browser: a slip of the pen mended, sheets stamped and compared, a batch made for
the registrar, taken away and its answer entered, and what was issued verified by its number and as a file.
"""

from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

from flask import Flask

from registry import clock, jobs
from registry.contracts import bundles, register
from tests.browser import PASSWORD
from tests.contracts import taking
from tests.exports import making
from tests.factories import Offer, make_organisation, published, reading
from tests.kept import Kept
from tests.parties.people import PDF
from tests.windows import Window

In = Callable[[str], Window]


def in_force(app: Flask) -> tuple[Offer, str, str]:
    """A free license whose papers are printed: the offer, its licensee's address, its number."""
    offer, licensee = published(app), make_organisation(app, "c4")
    number = taking.taken(licensee, offer)
    jobs.run_all()
    return offer, licensee.email, number


def contract_of(number: str) -> str:
    return reading(lambda: register.find(number).contract.number)


def test_a_slip_of_the_pen_is_mended(person: In, lite: Flask, kept: Kept) -> None:
    _, licensee, number = kept(lite, in_force)
    contract, seq = contract_of(number), taking.seen(number, "noticed_seq")[0]
    shown = person(licensee)
    shown.fill(
        f"/contracts/{contract}/corrections/{seq}",
        {"values.notice.contact.phone": "13900139009", "reason": "少写一位"},
    )
    shown.page.reload()
    assert "13900139000" in shown.page.inner_text("main")
    shown.send_twice({"password": PASSWORD})
    assert shown.path.partition("#")[0] == f"/contracts/{contract}"
    assert "13900139009" in shown.page.inner_text("main")
    assert not shown.complaints


def test_a_batch_is_made_handed_in_and_its_answer_entered(person: In, lite: Flask, kept: Kept) -> None:
    offer, contract = kept(lite, making.ready_paid)
    clerk = person(offer.venue.email)
    home = "/venue/batches"
    clerk.get(f"{home}?show=ready")
    clerk.send(f"{home}/applicants")
    clerk.page.locator("main input[name$='.not_elsewhere']").check()
    clerk.send(f"{home}/check")
    clerk.send_twice({}, home)
    batch = clerk.path.rpartition("/")[2]
    jobs.run_all()
    clerk.get(f"{home}/{batch}")
    assert clerk.page.query_selector(f"main a[href='{home}/{batch}/archive']")
    with ZipFile(BytesIO(clerk.context.request.get(f"{clerk.origin}{home}/{batch}/archive").body())) as taken:
        assert f"packages/{contract}/02 合同文本 {contract}.pdf" in taken.namelist()
        assert taken.testzip() is None
    clerk.get(f"{home}/{batch}/rekey/1")
    clerk.send(f"{home}/{batch}/rekey/1")
    assert making.state(contract) == "submitted"
    clerk.get(f"/contracts/{contract}/results")
    day = clock.today().isoformat()
    clerk.send_twice({"result": "已登记", "day": day, "registration_number": "2026310001"})
    assert making.state(contract) == "registered"
    assert not clerk.complaints


def test_both_sides_stamp_and_the_clerk_compares_the_seals(person: In, lite: Flask, kept: Kept) -> None:
    offer, licensee, number = kept(lite, in_force)
    contract = contract_of(number)
    home = f"/contracts/{contract}/signatures"
    for seat, email in (("licensor", offer.holder.email), ("licensee", licensee)):
        side = person(email)
        side.get(home)
        side.page.check(f"main form input[name^='seats'][value='{seat}']")
        side.send_twice({"file_upload": PDF + seat.encode()}, home)
        assert not side.complaints
    clerk = person(offer.venue.email)
    clerk.get(f"/contracts/{contract}/stamp")
    clerk.send_twice({f"seals.{n}.verdict": "agrees" for n in (0, 1)})
    assert clerk.path.partition("#")[0] == home
    assert reading(lambda: register.find_contract(contract).stamp) == "checked"
    assert not clerk.complaints


def test_anybody_verifies_by_number_and_by_file(person: In, lite: Flask, kept: Kept) -> None:
    offer, _, number = kept(lite, in_force)
    contract = contract_of(number)
    data = reading(lambda: bundles.of(offer.holder.actor, register.find_contract(contract)))
    shown = person("")
    shown.get("/verify")
    shown.answer({"number": contract})
    shown.send("/verify")
    assert shown.page.query_selector("main .verdict:not(.stop)")
    shown.get("/verify/upload")
    shown.answer({"file": data})
    shown.send("/verify/upload")
    assert shown.page.query_selector(".report .verdicts")
    assert not shown.page.query_selector(".report .finding.stop")
    assert not shown.complaints
