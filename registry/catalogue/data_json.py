"""The catalogue for machines that collect catalogues (DCAT 3), an offer as a policy (ODRL 2.2), and the words
both use that nobody else has defined: our profile, at /ns/offer for ever.
"""

from collections.abc import Sequence
from typing import Any

from registry import clock, money
from registry.catalogue.dump_models import Dump
from registry.catalogue.dumps import MEDIA_TYPES
from registry.catalogue.listing import Listing
from registry.licenses.fees import Method

ACTS = {
    "make": ("make", "制造专利产品", "make the patented product"),
    "use": ("use", "使用专利产品", "use the patented product"),
    "offer": ("offerForSale", "许诺销售专利产品", "offer the patented product for sale"),
    "sell": ("sell", "销售专利产品", "sell the patented product"),
    "import": ("import", "进口专利产品", "import the patented product"),
    "use_process": ("useProcess", "使用专利方法", "use the patented process"),
}
"""Acts of Patent Law 11 as actions of the profile."""

OTHERS = {
    "haveMade": ("action", "委托他人制造", "have the product made by a contractor"),
    "payAsDeclared": ("action", "按声明付费", "pay as the declaration says"),
    "fee": ("property", "声明里的收费条款", "the declaration's clauses on the fee"),
    "text": ("property", "以此为准的中文全文", "the authoritative Chinese text"),
    "mainland": ("place", "中国境内，不含港澳台", "mainland China: without Hong Kong, Macau and Taiwan"),
    "declaration": ("property", "已签名的声明字段", "the signed fields of the declaration"),
    "description": ("property", "权利人自述，不是条件", "the holder's own description, no term"),
    "status": ("property", "声明的状态", "how the declaration stands"),
    "proof": ("property", "摘要和存证位置", "digests and the place in the log"),
}
WHOLE_FEE = (Method.LUMP, Method.INSTALMENTS)
"""Methods whose amount is all that is due; of the others it is a part, and the clauses say it."""


def namespace(base: str) -> str:
    return f"{base}/ns/offer"


def profile(base: str) -> dict[str, Any]:
    """The profile itself, as JSON-LD."""
    ns = namespace(base)
    actions = [
        {
            "@id": f"{ns}#{name}",
            "@type": "odrl:Action",
            "odrl:includedIn": {"@id": "odrl:use"},
            **_labels(zh, en),
        }
        for name, zh, en in ACTS.values()
    ]
    others = [
        {"@id": f"{ns}#{name}", "@type": _TYPES[kind], **_labels(zh, en)}
        for name, (kind, zh, en) in OTHERS.items()
    ]
    context = {"odrl": "http://www.w3.org/ns/odrl/2/", "rdf": RDF, "rdfs": RDFS}
    return {"@context": context, "@id": ns, "@type": "odrl:Profile", "@graph": [*actions, *others]}


RDF, RDFS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/2000/01/rdf-schema#"
_TYPES = {"action": "odrl:Action", "property": "rdf:Property", "place": "odrl:RightOperand"}


def _labels(zh: str, en: str) -> dict[str, Any]:
    return {"rdfs:label": [{"@language": "zh", "@value": zh}, {"@language": "en", "@value": en}]}


def policy(listing: Listing, base: str) -> dict[str, Any]:
    """An offer as an ODRL Offer; a license taken under it would be its Agreement."""
    address, ns = f"{base}/offers/{listing.number}", namespace(base)
    fields, target = listing.fields, f"{base}/offers/{listing.number}#patent"
    permitted = [f"mx:{ACTS[act][0]}" for act in fields["acts"]]
    permitted += ["mx:haveMade"] if fields["made_by_contractor"] else []
    forbidden = ["transfer", "grantUse", *([] if fields["made_by_contractor"] else ["mx:haveMade"])]
    permission: dict[str, Any] = {"target": target, "action": permitted, "constraint": _limits(listing)}
    if listing.price.fee.method is not Method.FREE:
        permission["duty"] = [_fee(listing)]
    return {
        "@context": ["http://www.w3.org/ns/odrl.jsonld", {"mx": f"{ns}#"}],
        "@type": "Offer",
        "uid": f"{address}/policy.jsonld",
        "profile": ns,
        "assigner": [{"@type": "Party", "uid": f"{address}#holder-{n}", "name": name}
                     for n, name in enumerate(listing.patentees, start=1)],
        "permission": [permission],
        "prohibition": [{"target": target, "action": forbidden}],
        "mx:text": {"@id": f"{address}/text", "sha256": listing.digest},
        "mx:status": str(listing.tag),
    }  # fmt: skip


def _limits(listing: Listing) -> list[dict[str, Any]]:
    limits = [
        _limit("spatial", "eq", {"@id": "mx:mainland"}),
        _limit("dateTime", "lteq", _typed(listing.offer.license_last_day.isoformat(), "date")),
    ]
    if months := listing.fields["duration_months"]:
        limits.append(_limit("elapsedTime", "lteq", _typed(f"P{months}M", "duration")))
    return limits


def _limit(left: str, operator: str, right: dict[str, str]) -> dict[str, Any]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


def _typed(value: str, kind: str) -> dict[str, str]:
    return {"@value": value, "@type": f"xsd:{kind}"}


def _fee(listing: Listing) -> dict[str, Any]:
    fee, told = listing.price.fee, {"mx:fee": list(listing.price.sentences)}
    if fee.method not in WHOLE_FEE or fee.amount is None:
        return {"action": "mx:payAsDeclared", **told}
    amount = _limit("payAmount", "eq", _typed(money.plain(fee.amount), "decimal")) | {"unit": "iso4217:CNY"}
    return {"action": [{"rdf:value": {"@id": "odrl:compensate"}, "refinement": [amount]}], **told}


def catalog(dumps: Sequence[Dump], *, base: str, publisher: str, license_url: str) -> dict[str, Any]:
    """The DCAT catalogue: the offers' files, the log, the figures, and the doors for machines."""
    context = {
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "spdx": "http://spdx.org/rdf/terms#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
    return {
        "@context": context,
        "@id": f"{base}/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": _both("专利开放许可数据", "Open patent licensing data"),
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": publisher},
        "dct:license": {"@id": license_url},
        "foaf:homepage": {"@id": f"{base}/data"},
        "dcat:dataset": [_offers(dumps, base, license_url), *_others(base, license_url)],
        "dcat:service": _services(base),
    }


def _both(zh: str, en: str) -> list[dict[str, str]]:
    return [{"@language": "zh", "@value": zh}, {"@language": "en", "@value": en}]


def _offers(dumps: Sequence[Dump], base: str, license_url: str) -> dict[str, Any]:
    return {
        "@id": f"{base}/data#offers",
        "@type": "dcat:Dataset",
        "dct:title": _both("全部开放许可声明，每日一份", "All open licensing declarations, daily"),
        "dct:license": {"@id": license_url},
        "dct:accrualPeriodicity": {"@id": "http://publications.europa.eu/resource/authority/frequency/DAILY"},
        "dcat:distribution": [_distribution(one, base, license_url) for one in dumps],
    }


def _distribution(one: Dump, base: str, license_url: str) -> dict[str, Any]:
    checksum = {
        "@type": "spdx:Checksum",
        "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
        "spdx:checksumValue": one.digest,
    }
    return {
        "@id": f"{base}/data/{one.name}",
        "@type": "dcat:Distribution",
        "dcat:downloadURL": {"@id": f"{base}/data/{one.name}"},
        "dcat:mediaType": MEDIA_TYPES[one.format],
        "dcat:byteSize": one.size,
        "dct:issued": {"@type": "xsd:dateTime", "@value": clock.rfc3339(one.made_at)},
        "dct:license": {"@id": license_url},
        "spdx:checksum": checksum,
    }


def _others(base: str, license_url: str) -> list[dict[str, Any]]:
    told = (
        ("log", "存证日志", "The log of filings", f"{base}/log/checkpoint", "text/plain"),
        ("statistics", "统计", "Figures of the register", f"{base}/api/v1/statistics", "application/json"),
    )
    return [
        {
            "@id": f"{base}/data#{name}",
            "@type": "dcat:Dataset",
            "dct:title": _both(zh, en),
            "dct:license": {"@id": license_url},
            "dcat:distribution": [
                {"@type": "dcat:Distribution", "dcat:accessURL": {"@id": url}, "dcat:mediaType": media_type}
            ],
        }
        for name, zh, en, url, media_type in told
    ]


def _services(base: str) -> list[dict[str, Any]]:
    told = (
        ("api", "查询接口", "Search and single offers", f"{base}/api/v1/offers", "offers"),
        ("changes", "改动流，按序号续传", "Change stream, resumed by sequence number",
         f"{base}/api/v1/log/changes?from=0", "log"),
    )  # fmt: skip
    return [
        {
            "@id": f"{base}/data#{name}",
            "@type": "dcat:DataService",
            "dct:title": _both(zh, en),
            "dcat:endpointURL": {"@id": url},
            "dcat:endpointDescription": {"@id": f"{base}/api/openapi.json"},
            "dcat:servesDataset": {"@id": f"{base}/data#{serves}"},
        }
        for name, zh, en, url, serves in told
    ]
