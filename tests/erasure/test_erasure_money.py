"""What bank statements, their headings and changes of an account hold of people goes with whose it is."""

from flask import Flask

from registry import clock
from registry.contracts import account_changes, bank_lines
from registry.contracts import register as contracts
from registry.contracts.money_rules import LineState
from registry.database import transaction
from registry.documents.tables_in import read_pasted
from registry.licenses import register as offers
from tests.erasure.making import administrator, erase, licensed, where
from tests.factories import Person, reading


def two(app: Flask) -> tuple[Person, Person]:
    return administrator(app, "first@registry.cn"), administrator(app, "second@registry.cn")


def test_lines_of_statements_headings_and_accounts_go_with_whose_they_are(app: Flask) -> None:
    of_line = ("6217009999000011112", "穆家代付", "转账附言九号样机", "LINE-SERIAL-77")
    of_change = ("6222777777777777771", "秘密支行", "因家事更换")
    made, (first, second) = licensed(app, printed=False), two(app)
    holder, venue, declaration = made.offer.holder, made.offer.venue, made.offer.number
    heads = "交易日期,收入金额,对方户名,对方账号,附言,交易流水号\n"
    payer, account, remark, serial = of_line[1], of_line[0], of_line[2], of_line[3]
    row = f"{clock.today().isoformat()},68000.00,{payer},{account},{remark},{serial}"
    for who in (holder, venue):
        transaction(lambda who=who: bank_lines.bring(who.actor, read_pasted(heads + row)).new)

    def take() -> None:
        for who in (holder, venue):
            (line,) = bank_lines.lines(who.actor, LineState.OPEN)
            bank_lines.take(who.actor, line, contracts.find(made.number).payments[0])
        bank_lines.remember(holder.actor, {"day": "我行日期九", "credit": "我行收入九"})

    transaction(take)
    facts = dict(zip(("number", "bank", "reason"), of_change, strict=True)) | {"name": "申城理工大学"}
    act = reading(lambda: account_changes.ask_act(holder.actor, offers.find(declaration), facts))
    said = holder.sign(act.statement)
    asked = transaction(
        lambda: account_changes.ask(holder.actor, offers.find(declaration), facts, act, said).id
    )
    transaction(
        lambda: account_changes.stop(holder.actor, account_changes.find(asked), reason="家事已了").state
    )
    assert len(where(app, [*of_line, *of_change, "我行日期九"])) >= 8, "else looking would prove nothing"
    erase(first, second, "contract", made.contract, "order")
    assert where(app, of_line) == []
    erase(first, second, "declaration", declaration, "order")
    assert where(app, [*of_change, "家事已了"]) == []
    erase(first, second, "party", str(holder.organisation_id), "order")
    assert where(app, ["我行日期九", "我行收入九"]) == []
