"""The machines' document: valid OpenAPI 3.1, public, every path of the interface in it, money as text."""

from flask import Flask
from openapi_spec_validator import validate

PREFIX = "/api/v1"


def test_the_document_is_valid_openapi_3_1_and_public(lite: Flask) -> None:
    answer = lite.test_client().get("/api/openapi.json")
    assert answer.status_code == 200
    assert answer.json["openapi"].startswith("3.1")
    validate(answer.json)


def test_every_machine_door_stands_in_the_document(lite: Flask) -> None:
    document = lite.test_client().get("/api/openapi.json").json
    rules = {rule.rule for rule in lite.url_map.iter_rules() if rule.rule.startswith(PREFIX)}
    assert len(rules) > 30
    assert len(document["paths"]) == len(rules)


def test_money_is_text_in_the_document(lite: Flask) -> None:
    schemas = lite.test_client().get("/api/openapi.json").json["components"]["schemas"]
    amounts = [
        field
        for schema in schemas.values()
        for name, field in schema.get("properties", {}).items()
        if name in {"amount", "amount_due", "total_amount"}
    ]
    assert amounts
    assert all("string" in field.get("type", "string") for field in amounts)
