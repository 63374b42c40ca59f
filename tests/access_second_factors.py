"""The access matrix of second factors and proofs: one's own account, nobody else's."""

from collections.abc import Mapping

from tests.access import EVERYBODY, OWNERS, SIGNED_IN, Line, line
from tests.browser import PASSWORD

SECOND_FACTORS: Mapping[str, Line] = {
    "GET proofs.code_form": line(EVERYBODY),
    "POST proofs.code": line(EVERYBODY),
    "GET proofs.show": line(SIGNED_IN),
    "POST proofs.prove": line(SIGNED_IN, {"password": PASSWORD}),
    "POST proofs.prove_by_passkey": line(SIGNED_IN, {"answer": "null"}),
    "GET factors.show": line(SIGNED_IN),
    "POST factors.begin": line(SIGNED_IN),
    "GET factors.app_form": line(SIGNED_IN),
    "POST factors.confirm": line(SIGNED_IN, {"code": "123456"}),
    "POST factors.draw": line(SIGNED_IN),
    "POST factors.end": line(SIGNED_IN),
    "GET addresses.show": line(SIGNED_IN),
    "POST addresses.ask": line(SIGNED_IN, {"email": "new@example.cn"}),
    "GET addresses.confirm_form": line(frozenset(), token="=x"),
    "POST addresses.confirm": line(frozenset(), token="=x"),
    "GET addresses.back_form": line(frozenset(), token="=x"),
    "POST addresses.take_back": line(frozenset(), token="=x"),
    "GET phones.show": line(SIGNED_IN),
    "POST phones.ask": line(SIGNED_IN, {"phone": "13800138000"}),
    "GET phones.code_form": line(SIGNED_IN),
    "POST phones.confirm": line(SIGNED_IN, {"code": "123456"}),
    "GET phones.outside": line(EVERYBODY),
    "POST phones.ask_outside": line(EVERYBODY),
    "GET phones.outside_code": line(EVERYBODY),
    "POST phones.confirm_outside": line(EVERYBODY),
    "POST members.demand_second_factor": line(OWNERS, {"second_factor": "no"}),
}
