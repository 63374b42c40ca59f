"""The access matrix of the pages: one line for each route, who may come in, to which things. The lines of
patents and declarations, of licenses taken, of registration and of the catalogue stand in files of their own.
"""

from collections.abc import Mapping

from tests.access import (
    ADMINISTRATOR,
    AUDITOR,
    EVERYBODY,
    HOLDER,
    OPERATORS,
    OWNERS,
    SIGNED_IN,
    UUID0,
    Line,
    line,
    those,
)
from tests.access_catalogue import CATALOGUE
from tests.access_contracts import CONTRACTS
from tests.access_licenses import LICENSES
from tests.access_registration import REGISTRATION
from tests.browser import PASSWORD

PAGES: Mapping[str, Line] = {
    # one's own account
    "GET account.show": line(SIGNED_IN),
    "GET account.password_form": line(SIGNED_IN),
    "POST account.change_password": line(SIGNED_IN),
    "POST account.create_machine_key": line(SIGNED_IN),
    "GET account.renew_form": line(SIGNED_IN),
    "POST account.renew_key": line(SIGNED_IN),
    "POST account.act_for": line(frozenset(), {"membership": UUID0}),
    "POST account.end_session": line(those(HOLDER, "owner"), session_id="session"),
    "POST account.revoke_machine_key": line(those(HOLDER, "owner"), api_key_id="machine"),
    "GET account.file": line(HOLDER | AUDITOR, upload_id="upload"),
    "GET parties.show_desk": line(SIGNED_IN),
    "GET glossary.show": line(EVERYBODY),
    "GET statistics.show": line(EVERYBODY),
    "GET statistics.csv": line(EVERYBODY, key="indicator"),
    "GET health.alive": line(EVERYBODY),
    "GET health.ready": line(EVERYBODY),
    "GET health.figures": line(frozenset()),  # answers to a token of the operator's settings alone
    "GET health.show": line(OPERATORS | ADMINISTRATOR),
    "GET audits.show": line(OPERATORS | AUDITOR | ADMINISTRATOR),
    "GET anchors.show": line(OPERATORS | AUDITOR | ADMINISTRATOR),
    **{
        f"GET parties.{name}": line(EVERYBODY)
        for name in ("register_form", "confirm_form", "sign_in_form", "forgotten", "reset_form")
    },
    **{
        f"POST parties.{name}": line(EVERYBODY)
        for name in ("register", "confirm", "send_again", "sign_in", "sign_out", "send_reset", "reset")
    },
    "POST language": line(EVERYBODY),
    "GET problem": line(EVERYBODY, code="=not_found"),
    # organisations
    "GET organisations.show": line(SIGNED_IN),
    "GET organisations.choose": line(SIGNED_IN),
    "GET organisations.found_form": line(SIGNED_IN, kind="=person"),
    "POST organisations.found": line(SIGNED_IN, kind="=person"),
    "GET organisations.edit_form": line(OWNERS),
    "POST organisations.edit": line(
        OWNERS,
        {
            "name": "另一个名称",
            "address": "某路",
            "nature": "150",
            "legal_representative": "李四",
            "contact_name": "王明",
            "contact_phone": "13800138000",
            "contact_email": "a@example.cn",
        },
    ),
    "POST organisations.bring_evidence": line(OWNERS, {"file": "@file"}),
    "GET organisations.waiting": line(OPERATORS),
    "GET organisations.compare": line(OPERATORS, organisation_id="organisation"),
    "POST organisations.verify": line(OPERATORS, organisation_id="organisation"),
    "POST organisations.send_back": line(OPERATORS, {"reason": "看不清楚"}, organisation_id="organisation"),
    "GET keys.new": line(OWNERS),
    "POST keys.prepare": line(OWNERS, {"public_key": "{public}"}),
    "GET keys.show": line(HOLDER, kid="key"),
    "GET keys.statement": line(HOLDER, kid="key"),
    "POST keys.enroll": line(those(HOLDER, "owner"), {"signature": "AAAA"}, kid="key"),
    "GET keys.rotate_form": line(those(HOLDER, "owner"), kid="key"),
    "POST keys.rotate": line(those(HOLDER, "owner"), {"public_key": "{public}"}, kid="key"),
    "GET keys.revoke_form": line(those(HOLDER, "owner"), kid="key"),
    "POST keys.revoke": line(those(HOLDER, "owner"), {"reason": "lost", "password": PASSWORD}, kid="key"),
    **LICENSES,
    **CONTRACTS,
    **REGISTRATION,
    **CATALOGUE,
    # patents
    "GET patents.index": line(SIGNED_IN),
    "GET patents.new": line(SIGNED_IN),
    "POST patents.add": line(drafting(HOLDER, LICENSEE, FOREIGN), {**PATENT, **OWNER_FORM}),
    "GET patents.show": line(HOLDER | OPERATORS | AUDITOR, number="patent"),
    "GET patents.edit": line(HOLDER | OPERATORS | AUDITOR, number="patent"),
    "POST patents.edit": line(drafting(HOLDER) | VENUE, {**PATENT, **OWNER_FORM}, number="patent"),
    "GET patent_state.state": line(HOLDER | OPERATORS | AUDITOR, number="patent"),
    "POST patent_state.state": line(
        drafting(HOLDER) | VENUE,
        {"annuity_paid_to": "2090-01-01", **{f"{name}.answer": "no" for name in QUESTIONS}},
        number="patent",
    ),
    "GET patent_state.report": line(HOLDER | OPERATORS | AUDITOR, number="patent"),
    "POST patent_state.report": line(
        drafting(HOLDER) | VENUE, {**REPORT, "positive": "yes"}, number="patent"
    ),
    # declarations
    "GET licenses.index": line(SIGNED_IN),
    "GET licenses.start": line(SIGNED_IN),
    "POST licenses.start": line(drafting(HOLDER), {"patent": "{patent}", "venue": "v1"}),
    **{
        f"GET licenses.{name}": line(HOLDER | VENUE | AUDITOR, number="review")
        for name in ("show", "text", "sheet")
    },
    "GET licenses.step": line(HOLDER | VENUE | AUDITOR, number="draft", step="=filing"),
    "POST licenses.save": line(
        drafting(HOLDER),
        {"filing.recordal_by": "holder", "filing.registration_by": "holder", "filing.dispute": "court"},
        number="draft",
        step="=filing",
    ),
    "GET signing.check": line(HOLDER | VENUE | AUDITOR, number="draft"),
    "POST signing.sign": line(
        signing(HOLDER) | those(HOLDER, "preparer"),  # a preparer's ticks are kept, the signature is refused
        {**SIGNED, **dict.fromkeys(TICKS, "yes")},
        number="draft",
    ),
    "GET signing.submitted": line(HOLDER | VENUE | AUDITOR, number="review"),
    "GET consents.status": line(HOLDER | VENUE | AUDITOR, number="review"),
    "POST consents.ask": line(drafting(HOLDER), number="draft"),
    **{
        f"GET consents.{name}": line(EVERYBODY, token="consent")
        for name in ("named", "text", "choose", "sheet")
    },
    **{f"GET consents.{name}": line(SIGNED_IN, token="consent") for name in ("sign_form", "done")},
    **{f"POST consents.{name}": line(SIGNED_IN, token="consent") for name in ("answer", "sign")},
    "GET withdrawals.ground": line(HOLDER | VENUE | AUDITOR, number="offered"),
    "POST withdrawals.prepare": line(signing(HOLDER), {"ground": "assignment"}, number="offered"),
    "GET withdrawals.check": line(HOLDER | VENUE | AUDITOR, number="offered", withdrawal="withdrawal"),
    "POST withdrawals.file": line(
        signing(HOLDER), {**SIGNED, "digest": "{text}"}, number="offered", withdrawal="withdrawal"
    ),
    # the venue
    "GET reviews.home": line(OPERATORS),
    "GET reviews.queue": line(OPERATORS),
    "GET reviews.review": line(VENUE, number="review"),
    "POST reviews.save": line(VENUE, {"lines.number.verdict": "pass"}, number="review"),
    "GET reviews.decide": line(VENUE, number="review"),
    "POST reviews.approve": line(VENUE, number="review"),
    "POST reviews.condition": line(VENUE, {"condition": "设备交付并签收"}, number="review"),
    "POST reviews.send_back": line(VENUE, {"note": "请补充"}, number="review"),
    "POST reviews.refuse": line(VENUE, {"ground": "B3", **WORDS}, number="review"),
    "POST reviews.checked": line(VENUE, number="review"),
    "GET reviews.override": line(VENUE, number="review", rule="=fee_over_cap"),
    "POST reviews.ask_override": line(
        VENUE,
        {"reason": "理由理由理由理由理由理由", "password": PASSWORD},
        number="review",
        rule="=fee_over_cap",
    ),
    "POST reviews.approve_override": line(
        VENUE, {"password": PASSWORD}, number="review", rule="=fee_over_cap"
    ),
    **{
        f"GET announcements.{name}": line(VENUE, number="offer")
        for name in ("cnipa", "pause", "resume", "end")
    },
    "POST announcements.cnipa": line(VENUE, {"fact": "filed", "day": TODAY}, number="offer"),
    "POST announcements.pause": line(VENUE, {"ground": "B3", "since": TODAY, **WORDS}, number="offer"),
    "POST announcements.resume": line(VENUE, WORDS, number="offer"),
    "POST announcements.end": line(VENUE, {"how": "terminate", **WORDS}, number="offer"),
    # licenses
    "GET contracts.ask": line(drafting(HOLDER, LICENSEE, FOREIGN), number="offered"),
    "POST contracts.draft": line(drafting(HOLDER, LICENSEE, FOREIGN), NOTICE, number="offered"),
    "GET contracts.check": line(LICENSEE, number="drafted"),
    "POST contracts.send": line(signing(LICENSEE), {**SIGNED, "consent": "yes"}, number="drafted"),
    "GET contracts.edit": line(drafting(LICENSEE), number="drafted"),
    "POST contracts.edit": line(drafting(LICENSEE), NOTICE, number="drafted"),
    "POST contracts.refresh": line(drafting(LICENSEE), number="drafted"),
    "GET contracts.show": line(READERS, number="effective"),
    "GET contracts.receipt": line(READERS, number="effective"),
    "GET registration.mine": line(SIGNED_IN),
    # money
    "GET payments.slip": line(CLAIMING, number="awaiting"),
    "POST payments.claim": line(CLAIMING, {**CLAIM, "password": PASSWORD}, number="awaiting"),
    "POST payments.ask_venue": line(CLAIMING, number="claimed"),
    "GET dues.index": line(READERS, number="awaiting"),
    "GET dues.show": line(READERS, number="yearly", key="=year:2"),
    "POST dues.ask": line(CLAIMING, number="yearly", key="=year:3"),
    "GET dues.paper": line(READERS, request_id="request"),
    "GET accounts.show": line(HOLDER | VENUE | AUDITOR, number="paying"),
    "POST accounts.ask": line(signing(HOLDER), {**NEW_ACCOUNT, "password": PASSWORD}, number="paying"),
    "GET accounts.of_venue": line(OPERATORS),
    "POST accounts.approve": line(
        those(HOLDER, "owner", "signer", "finance") | VENUE,
        {"password": PASSWORD},
        change_id="account_change",
    ),
    "POST accounts.stop": line(
        those(HOLDER, "owner", "signer", "finance") | VENUE, {"reason": "可疑"}, change_id="account_change"
    ),
    "GET doubts.show": line(CLAIMING, payment_id="payment"),
    "POST doubts.bring_receipt": line(CLAIMING, {"receipt_upload": "{slip}"}, payment_id="payment"),
    "POST doubts.dispute": line(CLAIMING, {"reason": "金额不对"}, payment_id="payment"),
    "GET doubts.payer_statement_form": line(CLAIMING, number="awaiting"),
    "GET invoices.ask": line(CLAIMING, number="awaiting"),
    "POST invoices.ask": line(CLAIMING, INVOICE, number="awaiting"),
    "GET invoices.of_holder": line(SIGNED_IN),
    "GET invoices.of_venue": line(OPERATORS),
    "GET invoices.show": line(READERS, invoice_id="invoice"),
    "POST invoices.issue": line(
        MONEY, {**ISSUED, "kind": "ordinary", "amount": "1.00"}, invoice_id="invoice"
    ),
    "POST invoices.reverse": line(MONEY, {**ISSUED, "reason": "抬头有误"}, invoice_id="invoice"),
    "GET bank.index": line(STATEMENTS),
    "POST bank.bring": line(STATEMENTS),
    "POST bank.columns": line(STATEMENTS, {"day": "日", "credit": "元", "headings[]": "日"}),
    "POST bank.confirm": line(STATEMENTS, {"lines[]": UUID0, "password": PASSWORD}),
    "POST bank.put_aside": line(MONEY_OF_HOLDER, {"verb": "set_aside"}, line_id="bank_line"),
    "GET bank.unmatched": line(STATEMENTS),
    "POST payments.decide_refund": line(
        VENUE, {"received": "yes", "reason": "流水"}, refund_id="disputed_refund"
    ),
    "GET payments.of_holder": line(SIGNED_IN),
    "GET payments.acceptances": line(SIGNED_IN),
    "GET payments.of_venue": line(OPERATORS),
    "GET payments.match": line(READERS, payment_id="payment"),
    "POST payments.answer": line(MONEY, {**ANSWER, "password": PASSWORD}, payment_id="payment"),
    "GET payments.refund": line(READERS, refund_id="refund"),
    "POST payments.send_refund": line(MONEY, {"sent_on": TODAY, "slip_upload": "{slip}"}, refund_id="refund"),
    "POST payments.received": line(CLAIMING, {"received": "yes"}, refund_id="refund"),
    "GET payments.object_to": line(signing(HOLDER), number="awaiting"),
    "GET conditions.show": line(signing(HOLDER, LICENSEE), number="worded"),
    "POST conditions.state": line(signing(HOLDER, LICENSEE), {"reason": "设备没有交付。"}, number="worded"),
    "POST payments.object_to": line(
        signing(HOLDER), {"ground": "other_law", "reason": "事实说明"}, number="awaiting"
    ),
    "GET decisions.index": line(OPERATORS),
    "GET decisions.show": line(VENUE, decision_id="decision"),
    "POST decisions.decide": line(
        VENUE, {"outcome": "stands", "reasons": "理由", "password": PASSWORD}, decision_id="decision"
    ),
    "GET decisions.review": line(VENUE, number="abroad"),
    "POST decisions.review": line(VENUE, {"verdict": "clear", "reason": "依据"}, number="abroad"),
    # after the license
    "GET royalties.index": line(READERS, number="royal"),
    "GET royalties.show": line(READERS, number="royal", period="=1"),
    "POST royalties.report": line(
        signing(LICENSEE), {"nil": "yes", "password": PASSWORD}, number="royal", period="=1"
    ),
    "POST royalties.ask": line(TALKING, {"words": "怎样计算？"}, report_id="report"),
    "POST royalties.answer": line(
        those(HOLDER, "owner", "signer", "finance"),
        {"outcome": "agree", "password": PASSWORD},
        report_id="report",
    ),
    "GET royalties.paper": line(READERS, paper_id="duty_paper"),
    "GET breaches.notice": line(signing(HOLDER, LICENSEE), number="royal"),
    "POST breaches.notice": line(
        signing(HOLDER, LICENSEE),
        {"key": "stamp", "words": "请履行", "password": PASSWORD},
        number="royal",
    ),
    "GET breaches.show_notice": line(READERS, notice_id="default"),
    "POST breaches.answer_notice": line(
        signing(HOLDER, LICENSEE),
        {"outcome": "denies", "words": "没有迟延", "password": PASSWORD},
        notice_id="default",
    ),
    "POST breaches.close_notice": line(signing(HOLDER, LICENSEE), {"verb": "cure"}, notice_id="default"),
    "GET breaches.end": line(signing(HOLDER, LICENSEE), number="royal"),
    "POST breaches.end": line(
        signing(HOLDER, LICENSEE),
        {"ground": "refused", "words": "拒绝履行", "password": PASSWORD},
        number="royal",
    ),
    "GET breaches.show_ending": line(READERS, ending_id="ending"),
    "POST breaches.answer_ending": line(
        signing(HOLDER, LICENSEE), {"outcome": "accept", "password": PASSWORD}, ending_id="ending"
    ),
    "POST breaches.settle_ending": line(
        VENUE, {"outcome": "uphold", "words": "双方一致", "password": PASSWORD}, ending_id="ending"
    ),
    "GET breaches.show_handover": line(READERS, number="royal"),
    "POST breaches.hand_over": line(
        signing(HOLDER), {"day": TODAY, "items": "图纸", "password": PASSWORD}, number="royal"
    ),
    "POST breaches.answer_handover": line(
        signing(LICENSEE), {"outcome": "confirm", "password": PASSWORD}, handover_id="handover"
    ),
    "GET duties.index": line(SIGNED_IN),
    "GET duties.month": line(SIGNED_IN),
    "GET duties.file": line(SIGNED_IN),
    "GET duties.of_contract": line(READERS, number="royal_contract"),
    "GET duties.feed": line(frozenset(), token="=unknown"),
    "GET duties.settings": line(SIGNED_IN),
    "POST duties.subscribe": line(SIGNED_IN),
    "POST duties.revoke": line(frozenset(), feed_id="=" + UUID0),
    "POST duties.choose": line(SIGNED_IN),
    "POST duties.acknowledge": line(signing(LICENSEE), {"bar": "B3 2026-01-01"}, number="royal"),
    "GET recordals.index": line(SIGNED_IN),
    "GET recordal_pack.annuity_pack": line(HOLDER | VENUE | AUDITOR, number="offer"),
    # contracts and batches
    "GET registration.show": line(READERS, number="contract"),
    "POST recordal_pack.make": line(READERS, number="contract"),
    "POST made_files.disclose": line(HOLDER | LICENSEE, number="contract"),
    "GET made_files.show": line(frozenset(), number="contract", made_id="=" + UUID0),
    "GET made_files.download": line(frozenset(), number="contract", made_id="=" + UUID0),
    "GET registration.paper": line(READERS, number="contract", paper_id="paper"),
    "GET papers.text": line(READERS, number="contract", paper_id="paper"),
    "GET papers.editable": line(READERS, number="contract", paper_id="editable"),
    "GET printing.index": line(OPERATORS),
    "POST printing.again": line(VENUE, number="contract"),
    "GET printing.ask": line(VENUE, number="contract", paper_id="paper"),
    "POST printing.print_anew": line(
        VENUE, {"ground": "misprint", "reason": "缺页"}, number="contract", paper_id="paper"
    ),
    "GET bundles.bundle": line(READERS, number="contract"),
    "GET bundles.certificate": line(READERS, number="contract", paper_id="certificate"),
    **{
        f"GET bundles.{name}": line(HOLDER | LICENSEE, number="contract")
        for name in ("disclose", "disclosed")
    },
    "POST registration.attach": line(SIDES, ATTACH, number="contract"),
    "POST registration.refresh": line(VENUE, number="contract"),
    "GET registration.of_venue": line(OPERATORS),
    "GET lists.of_year": line(SIGNED_IN, year="=2026", ending="=xlsx"),
    "GET lists.of_venue": line(OPERATORS, ending="=xlsx"),
    "GET reconciliation.show": line(OPERATORS | AUDITOR),
    "GET reconciliation.file": line(OPERATORS | AUDITOR, ending="=xlsx"),
    "GET oversight.decisions": line(AUDITOR),
    "GET oversight.exceptions": line(AUDITOR),
    "GET oversight.sample": line(AUDITOR, {"seed": "1", "size": "5"}),
    "GET results.index": line(OPERATORS),
    "POST results.bring": line(OPERATORS, {"rows": "平台存证编号\t结果\t日期\nX\t注销\t2026-1-1"}),
    "GET results.template": line(OPERATORS),
    "GET results.show": line(VENUE, import_id="results"),
    "GET results.left": line(VENUE, import_id="results"),
    "POST results.save": line(VENUE, {"digest": "0" * 64}, import_id="results"),
    "GET track.registrars": line(OPERATORS),
    "GET track.new_registrar": line(OPERATORS),
    "POST track.new_registrar": line(OPERATORS, REGISTRAR),
    "GET track.registrar": line(VENUE, registrar_id="registrar"),
    "POST track.registrar": line(VENUE, REGISTRAR, registrar_id="registrar"),
    **{f"GET track.{name}": line(VENUE, number="contract") for name in ("applicant", "numbers", "submitted")},
    "POST track.applicant": line(VENUE, {"applicant": "seller", "elsewhere": "no"}, number="contract"),
    "POST track.numbers": line(VENUE, {"voucher": "V1"}, number="contract"),
    "POST track.submitted": line(VENUE, {"day": TODAY}, number="contract"),
    "POST track.mend": line(VENUE, number="contract"),
    "GET registration.report_wanted": line(OPERATORS),
    "POST registration.report_wanted": line(OPERATORS, {"wanted": "no"}),
    "GET registration.registrar_account": line(VENUE, number="contract"),
    "POST registration.registrar_account": line(VENUE, {"since": "2026-01-05"}, number="contract"),
    "GET registration.zero_fee": line(OPERATORS),
    "POST registration.zero_fee": line(OPERATORS, {"words": "可以受理"}),
    **{f"GET registration.{name}": line(VENUE, number="contract") for name in ("classification", "results")},
    "GET authorities.index": line(HOLDER | LICENSEE | FOREIGN),
    "POST authorities.add": line(OWNERS, {"kind": "office", "valid_from": TODAY, "file_upload": "{slip}"}),
    "POST authorities.end": line(those(HOLDER, "owner"), authority_id="authority"),
    "GET authorities.office": line(HOLDER | LICENSEE | FOREIGN),
    "GET authorities.registration": line(HOLDER | LICENSEE | FOREIGN, code="=v1"),
    "GET authorities.of_contract": line(READERS, number="contract"),
    "GET authorities.reward": line(HOLDER, number="contract"),
    "GET stamps.show": line(READERS, number="contract"),
    "POST stamps.bring": line(SIDES, {"seats[]": "licensee", "file_upload": "{slip}"}, number="contract"),
    "GET stamps.sheet": line(READERS, number="contract", seat="=licensee"),
    "GET stamps.picture": line(READERS, number="contract", sheet_id="sheet"),
    "POST stamps.originals": line(VENUE, {"seat": "licensor", "day": TODAY}, number="contract"),
    "GET stamps.compare": line(VENUE, number="contract"),
    "POST stamps.compare": line(
        VENUE, {"seals.0.seat": "licensor", "seals.0.verdict": "agrees"}, number="contract"
    ),
    "GET stamps.mine": line(SIGNED_IN),
    "GET stamps.sheet_of_several": line(SIGNED_IN),
    "POST stamps.bring_several": line(
        HOLDER | LICENSEE, {"contracts[]": "{contract}", "file_upload": "{slip}"}
    ),
    "GET stamps.waiting": line(OPERATORS),
    "GET stamps.policy": line(OPERATORS),
    "POST stamps.policy": line(OPERATORS, {"stamp_track": "stamped_original", "courier": "某路一号"}),
    "POST registration.classification": line(
        VENUE,
        {"technology_field": "01", "industry": "I65", "socio_economic_objective": "industry_commerce"},
        number="contract",
    ),
    "POST registration.results": line(VENUE, RESULT, number="contract"),
    "GET registration.recordal": line(signing(HOLDER, LICENSEE) | VENUE, number="contract"),
    "POST registration.recordal": line(signing(HOLDER, LICENSEE) | VENUE, RECORDAL, number="contract"),
    "GET corrections.form": line(signing(HOLDER, LICENSEE), number="contract", seq="noticed"),
    "POST corrections.check": line(signing(HOLDER, LICENSEE), CORRECTION, number="contract", seq="noticed"),
    "POST corrections.sign": line(
        signing(HOLDER, LICENSEE), {**CORRECTION, "password": PASSWORD}, number="contract", seq="noticed"
    ),
    "GET export_schemas.schema": line(EVERYBODY),
    "GET exports.choose": line(OPERATORS),
    "GET exports.applicants": line(OPERATORS, {"c": "{contract}"}),
    "GET exports.applicants_all": line(OPERATORS),
    "GET exports.check": line(VENUE, {"contracts.0.number": "{contract}"}),
    "POST exports.make": line(
        VENUE, {"contracts.0.number": "{contract}", "contracts.0.not_elsewhere": "yes"}
    ),
    "GET batches.show": line(VENUE | AUDITOR, number="batch"),
    "GET batches.archive": line(VENUE | AUDITOR, number="batch"),
    "GET batches.csv": line(VENUE | AUDITOR, number="batch"),
    "POST batches.go_on": line(VENUE, number="batch"),
    "GET batches.rekey": line(VENUE | AUDITOR, number="batch", position="=1"),
    "POST batches.tick": line(VENUE, {"done": "yes"}, number="batch", position="=1"),
    "POST batches.submitted": line(VENUE, number="batch", position="=1"),
    "POST batches.take_back": line(VENUE, {"reason": "填错"}, number="batch", position="=1"),
    # erasures
    "GET codebook.index": line(EVERYBODY),
    "GET codebook.show": line(EVERYBODY, name="=plan"),
    "GET codebook.download": line(EVERYBODY, name="=plan"),
    "GET codebook.history": line(AUDITOR | ADMINISTRATOR, name="=plan"),
    "GET codebook.change": line(ADMINISTRATOR, name="=plan"),
    "POST codebook.change": line(ADMINISTRATOR, CODE_CHANGE, name="=plan"),
    "GET codebook.bring": line(ADMINISTRATOR, name="=plan"),
    "POST codebook.bring": line(ADMINISTRATOR, CODE_LIST, name="=plan"),
    "POST codebook.apply": line(ADMINISTRATOR, CODE_LIST, name="=plan"),
    "GET erasures.index": line(AUDITOR | ADMINISTRATOR),
    "POST erasures.check": line(ADMINISTRATOR, ERASURE),
    "POST erasures.ask": line(ADMINISTRATOR, {**ERASURE, "listed": "0" * 64}),
    "GET erasures.show": line(AUDITOR | ADMINISTRATOR, erasure_id="erasure"),
    "POST erasures.approve": line(ADMINISTRATOR, {"listed": "0" * 64}, erasure_id="erasure"),
    "POST erasures.drop": line(ADMINISTRATOR, erasure_id="erasure"),
    # the catalogue
    **{
        f"GET catalogue.{name}": line(EVERYBODY, number="offer")
        for name in ("offer", "offer_bundle", "offer_document", "offer_proof", "offer_qr", "offer_text")
    },
    **{f"GET catalogue.{name}": line(EVERYBODY) for name in ("home", "about", "search")},
    **{
        f"GET verification.{name}": line(EVERYBODY)
        for name in ("verify", "verifier", "script", "style", "upload")
    },
    "POST verification.check": line(EVERYBODY),
    "GET log.log": line(EVERYBODY),
    "GET log.entry": line(EVERYBODY, seq="=0"),
    "GET log-files.text": line(EVERYBODY, name="key_file"),
    "GET log-files.anchored": line(frozenset(), folder="anchors", name="key_file"),  # this log has none
    "GET instants.at": line(EVERYBODY, {"day": TODAY, "time": "00:00"}, number="offer"),
    "GET instants.bundle": line(EVERYBODY, number="offer"),
    "GET log-files.tile": line(EVERYBODY, rest="tile"),
    "GET log-files.envelope": line(EVERYBODY, digest="envelope"),
}
