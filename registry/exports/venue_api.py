"""Doors for a venue's or registrar's machines: contracts by cursor, each as `techcontract-export/1`, and the
published schema of that format.
"""

from typing import Any

import flask
from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as AnyResponse

from registry import openapi
from registry.contracts import register
from registry.contracts.rules import RegistrationState
from registry.exports import outgoing, techcontract
from registry.exports import service as exports
from registry.exports.schemas import CursorSchema, VenueContractsAnswer
from registry.parties import doors
from registry.parties.permissions import allow

blueprint = openapi.Blueprint(
    "venue-api", __name__, url_prefix="/api/v1", description="A venue's contracts for other systems"
)
pages = flask.Blueprint("export_schemas", __name__)
NDJSON = "application/x-ndjson"


@blueprint.route("/venue/contracts")
@blueprint.arguments(CursorSchema, location="query")
@blueprint.response(200, VenueContractsAnswer)
@doors.machine("contract.view")
def contracts(asked: dict[str, Any]) -> dict[str, Any]:
    """The venue's licenses in the order in which they took effect in the log. `after` is the last place read:
    asking again with the same place gives the same list, and what is new comes at its end.
    """
    found = outgoing.since(doors.actor(), after=asked["after"], limit=asked["limit"])
    listed = [_listed(seq, number, state, license_) for seq, number, state, license_ in found]
    further = len(listed) == asked["limit"]
    last = listed[-1]["seq"] if listed else asked["after"]
    step = url_for("venue-api.contracts", after=last, limit=asked["limit"])
    return {"contracts": listed, "after": last, "next": step if further else None}


@blueprint.route("/contracts/<number>/techcontract")
@blueprint.response(200, description="techcontract-export/1")
@doors.machine("contract.view")
def techcontract_of(number: str) -> AnyResponse:
    """A contract as it stands today, as techcontract-export/1; numbers of natural persons are masked."""
    contract = register.find_contract(number)
    allow(doors.actor(), "contract.view", contract)
    return openapi.json_answer(outgoing.today(contract), 200)


@blueprint.route("/batches/<number>/techcontracts")
@blueprint.arguments(CursorSchema, location="query")
@blueprint.response(200, description="NDJSON, one techcontract-export/1 a line")
@doors.machine("batch.view")
def of_batch(asked: dict[str, Any], number: str) -> AnyResponse:
    """The contracts of a batch as they were frozen, one a line; the header Link leads to the next."""
    batch = exports.find(doors.actor(), number)
    lines = outgoing.of_batch(batch, after=asked["after"], limit=asked["limit"])
    answer = doors.plain_response(b"".join(line for _, line in lines), NDJSON)
    if len(lines) == asked["limit"]:
        step = url_for("venue-api.of_batch", number=number, after=lines[-1][0], limit=asked["limit"])
        answer.headers["Link"] = f'<{step}>; rel="next"'
    return answer


@pages.get(techcontract.SCHEMA_PATH)
@doors.public
def schema() -> ResponseReturnValue:
    """The JSON Schema of techcontract-export/1."""
    answer = doors.plain_response(techcontract.schema_bytes(), "application/schema+json")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.set_etag(techcontract.schema_digest())
    return answer.make_conditional(request)


def _listed(seq: int, number: str, state: str, license_: str) -> dict[str, Any]:
    return {
        "seq": seq,
        "contract": number,
        "license": license_,
        "registration": str(RegistrationState(state)),
        "techcontract": url_for("venue-api.techcontract_of", number=number),
        "receipt": url_for("contracts-api.receipt", number=license_, of="effective"),
    }
