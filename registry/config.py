"""Settings: one frozen dataclass, read once from REGISTRY_* variables.

Secrets have no default outside the demonstration.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

DEMO_ORIGIN = "demo.mingxu.invalid"
DEMO_OPERATOR, NO_OPERATOR = "明许演示运营方（演示）", "明许运营方（未设置）"


class Misconfigured(Exception):
    """The settings cannot serve; the message says which variable and what it must hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator decides. Sizes are bytes, durations seconds unless the name says otherwise."""

    database_url: str
    owner_database_url: str
    instance: Path
    secret_key: str = field(repr=False)
    origin: str
    base_url: str
    demo: bool = False
    operator_name: str = NO_OPERATOR
    operator_contact: str = ""  # shown on the privacy notice and the accessibility statement
    upload_limit: int = 10 * 1024 * 1024
    body_limit: int = 24 * 1024 * 1024
    session_idle: int = 2 * 3600
    session_absolute: int = 12 * 3600
    staff_second_factor: bool = True  # operators, auditors and administrators act with a second factor alone
    mail_from: str = "no-reply@localhost"
    mail_bounces: str = ""  # return address of letters; each adds +mark before the @
    mail_hours: int = 72  # so long a letter is tried
    mail_days: int = 1095  # so long letters are kept, in the inbox too
    digest_hour: int = 8  # in Shanghai
    sms: str = "none"  # where text messages go: none, folder (demonstration) or package.module:function
    smtp_url: str = field(default="", repr=False)
    smtp_password_file: Path | None = None
    smtp_ca: Path | None = None
    smtp_seconds: int = 20
    review_days: int = 5
    confirmation_days: int = 3
    pay_within_days: int = 15
    refund_days: int = 5
    statement_days: int = 180
    event_days: int = 366  # so long the log of security is kept
    batch_zero_fee: bool = False
    combined_administrators: bool = False  # one person may be system, security and audit administrator
    data_license: str = "https://creativecommons.org/licenses/by/4.0/"
    contract_grouping: str = "licensor_set"  # of a list: one contract a set of licensors, or one a license
    signer_countersign: str = "file"
    signer_checkpoint: str = "file"
    seal: str = "file"  # where the seal on certificates signs, once it has a certificate
    audit_hour: int = 3  # in Shanghai
    clock_behind: int = 7200
    extra_fonts: tuple[Path, ...] = ()
    witness_policy: Path | None = None
    witness_hours: int = 0
    tsa_url: str = field(default="", repr=False)
    tsa_roots: Path | None = None
    tsa_hours: int = 4
    tsa_seconds: int = 60
    proxies: int = 0
    scanner: str = "none"  # what looks at files before they are kept (registry/documents/scanning.py)
    oidc_issuer: str = ""  # where people of an institution sign in; empty: nowhere else
    oidc_client: str = ""
    oidc_secret: str = field(default="", repr=False)
    oidc_secret_file: Path | None = None
    oidc_name: str = ""  # on the button
    oidc_inside: bool = False  # the issuer stands in the operator's own network
    outbound_ports: tuple[int, ...] = (443,)  # where others' addresses may listen
    outbound_loopback: bool = False  # this machine itself may be called: for tests and demonstrations
    outbound_ca: Path | None = None  # roots besides the system's
    webhook_hours: int = 72  # so long a delivery is tried
    webhook_days: int = 5  # of failing without a break before an address is stopped
    webhook_kept_days: int = 30  # deliveries are listed so long
    rate_key: int = 0  # requests a minute for a machine's key; 0: as many as it likes
    rate_address: int = 0  # the same for an address that shows no key
    rate_forms: int = 0  # the same for what a person, or an address nobody is known at, sends by forms
    rate_files: int = 0  # and for files that take many rows away at once
    statement_seconds: int = 20  # a statement of the web server's, on PostgreSQL; 0: as long as it likes
    lock_seconds: int = 5  # its waiting for one lock
    resting_seconds: int = 60  # a transaction of its that does nothing
    log: str = "json"
    metrics_token: str = field(default="", repr=False)
    testing: bool = False

    @property
    def keys(self) -> Path:
        """Folder of the registry's private keys, outside the database, mode 0700."""
        return self.instance / "keys"

    @property
    def fonts(self) -> Path:
        return self.instance / "fonts"

    @property
    def files(self) -> Path:
        """Folder of stored content, addressed by digest."""
        return self.instance / "files"

    @property
    def outbox(self) -> Path:
        """Where mail goes when no SMTP server is set: loud, never silent."""
        return self.instance / "outbox"

    @property
    def prefix(self) -> str:
        """What every public number starts with in the demonstration."""
        return "DEMO-" if self.demo else ""


def from_environment(environ: Mapping[str, str] | None = None, **changes: object) -> Settings:
    """Read the settings. Raises Misconfigured when a secret is missing outside the demonstration."""
    env = os.environ if environ is None else environ
    demo = bool(changes.get("demo")) or env.get("REGISTRY_DEMO") == "1"
    instance = Path(env.get("REGISTRY_INSTANCE", "instance")).resolve()
    url = env.get("REGISTRY_DATABASE_URL") or f"sqlite:///{instance / 'registry.sqlite'}"
    secret = env.get("REGISTRY_SECRET_KEY", "")
    if not secret and demo:
        secret = secrets.token_hex(32)
    if len(secret) < 32:
        raise Misconfigured("REGISTRY_SECRET_KEY must hold 32 characters or more (try: openssl rand -hex 32)")
    values: dict[str, object] = {
        "database_url": driver(url),
        "owner_database_url": driver(env.get("REGISTRY_OWNER_DATABASE_URL") or url),
        "instance": instance,
        "secret_key": secret,
        "origin": env.get("REGISTRY_ORIGIN") or (DEMO_ORIGIN if demo else _required(env, "REGISTRY_ORIGIN")),
        "base_url": (env.get("REGISTRY_BASE_URL") or "http://127.0.0.1:8000").rstrip("/"),
        "demo": demo,
        "operator_name": env.get("REGISTRY_OPERATOR_NAME", DEMO_OPERATOR if demo else NO_OPERATOR),
        "operator_contact": env.get("REGISTRY_OPERATOR_CONTACT", ""),
        "mail_from": env.get("REGISTRY_MAIL_FROM", "no-reply@localhost"),
        "staff_second_factor": env.get("REGISTRY_STAFF_SECOND_FACTOR", "0" if demo else "1") != "0",
        "batch_zero_fee": env.get("REGISTRY_BATCH_ZERO_FEE") == "1",
        "combined_administrators": demo or env.get("REGISTRY_COMBINED_ADMINISTRATORS") == "1",
        "signer_countersign": env.get("REGISTRY_SIGNER_COUNTERSIGN") or "file",
        "signer_checkpoint": env.get("REGISTRY_SIGNER_CHECKPOINT") or "file",
        "seal": env.get("REGISTRY_SEAL") or "file",
        "extra_fonts": tuple(Path(p) for p in env.get("REGISTRY_EXTRA_FONTS", "").split(os.pathsep) if p),
    }
    values.update(_anchors(env))
    values.update(_mail(env))
    values["sms"] = _sms(env, demo=demo)
    values["proxies"] = _whole(env, "REGISTRY_PROXIES", 0)
    values.update(_outbound(env))
    values.update(_elsewhere(env))
    values["scanner"] = env.get("REGISTRY_SCANNER") or "none"
    values["rate_key"] = _whole(env, "REGISTRY_RATE_KEY", 600)
    values["rate_address"] = _whole(env, "REGISTRY_RATE_ADDRESS", 120)
    values["rate_forms"] = _whole(env, "REGISTRY_RATE_FORMS", 120)
    values["rate_files"] = _whole(env, "REGISTRY_RATE_FILES", 30)
    values["statement_seconds"] = _whole(env, "REGISTRY_STATEMENT_SECONDS", 20)
    values["lock_seconds"] = _whole(env, "REGISTRY_LOCK_SECONDS", 5)
    values["resting_seconds"] = _whole(env, "REGISTRY_RESTING_SECONDS", 60)
    values["log"] = env.get("REGISTRY_LOG") or ("text" if demo else "json")
    values["metrics_token"] = env.get("REGISTRY_METRICS_TOKEN", "")
    if values["log"] not in ("json", "text"):
        raise Misconfigured("REGISTRY_LOG must be json or text")
    values["contract_grouping"] = env.get("REGISTRY_CONTRACT_GROUPING") or "licensor_set"
    if values["contract_grouping"] not in ("licensor_set", "single"):
        raise Misconfigured("REGISTRY_CONTRACT_GROUPING must be licensor_set or single")
    if env.get("REGISTRY_DATA_LICENSE"):
        values["data_license"] = env["REGISTRY_DATA_LICENSE"]
    values["refund_days"] = _whole(env, "REGISTRY_REFUND_DAYS", 5)
    values["statement_days"] = _whole(env, "REGISTRY_STATEMENT_DAYS", 180)
    values["event_days"] = _whole(env, "REGISTRY_EVENT_DAYS", 366)
    if values["event_days"] < 183:  # type: ignore[operator]
        raise Misconfigured("REGISTRY_EVENT_DAYS must be 183 or more: half a year, Cybersecurity Law art. 21")
    values["audit_hour"] = _whole(env, "REGISTRY_AUDIT_HOUR", 3)
    values["clock_behind"] = _whole(env, "REGISTRY_CLOCK_BEHIND", 7200)
    if values["audit_hour"] not in range(24):
        raise Misconfigured("REGISTRY_AUDIT_HOUR must be an hour from 0 to 23")
    values.update(changes)
    return Settings(**values)  # type: ignore[arg-type]


def _anchors(env: Mapping[str, str]) -> dict[str, object]:
    """Who vouches for the log's heads from outside. Raises Misconfigured."""
    policy, roots = env.get("REGISTRY_WITNESS_POLICY"), env.get("REGISTRY_TSA_ROOTS")
    found: dict[str, object] = {
        "witness_policy": Path(policy) if policy else None,
        "witness_hours": _whole(env, "REGISTRY_WITNESS_HOURS", 0),
        "tsa_url": env.get("REGISTRY_TSA_URL", ""),
        "tsa_roots": Path(roots) if roots else None,
        "tsa_hours": _whole(env, "REGISTRY_TSA_HOURS", 4),
        "tsa_seconds": _whole(env, "REGISTRY_TSA_SECONDS", 60),
    }
    if found["tsa_url"] and not roots:
        raise Misconfigured("REGISTRY_TSA_URL needs REGISTRY_TSA_ROOTS, or no answer of it could be checked")
    if found["witness_hours"] and not policy:
        raise Misconfigured("REGISTRY_WITNESS_HOURS needs REGISTRY_WITNESS_POLICY")
    return found


def _mail(env: Mapping[str, str]) -> dict[str, object]:
    """How letters leave. Raises Misconfigured."""
    secret, authority = env.get("REGISTRY_SMTP_PASSWORD_FILE"), env.get("REGISTRY_SMTP_CA")
    found: dict[str, object] = {
        "smtp_url": env.get("REGISTRY_SMTP_URL", ""),
        "smtp_password_file": Path(secret) if secret else None,
        "smtp_ca": Path(authority) if authority else None,
        "smtp_seconds": _whole(env, "REGISTRY_SMTP_SECONDS", 20),
        "mail_bounces": env.get("REGISTRY_MAIL_BOUNCES", ""),
        "mail_hours": _whole(env, "REGISTRY_MAIL_HOURS", 72),
        "mail_days": _whole(env, "REGISTRY_MAIL_DAYS", 1095),
        "digest_hour": _whole(env, "REGISTRY_DIGEST_HOUR", 8),
    }
    _check_smtp(str(found["smtp_url"]))
    bounces = str(found["mail_bounces"])
    if bounces and (not bounces.isascii() or bounces.count("@") != 1):
        raise Misconfigured("REGISTRY_MAIL_BOUNCES must be one plain address")
    if found["digest_hour"] not in range(24):
        raise Misconfigured("REGISTRY_DIGEST_HOUR must be an hour from 0 to 23")
    if not found["smtp_seconds"]:
        raise Misconfigured("REGISTRY_SMTP_SECONDS must be one or more")
    return found


def _elsewhere(env: Mapping[str, str]) -> dict[str, object]:
    """Sign-in at an issuer of the operator's choice. Raises Misconfigured."""
    issuer, secret = env.get("REGISTRY_OIDC_ISSUER", ""), env.get("REGISTRY_OIDC_SECRET_FILE")
    found: dict[str, object] = {
        "oidc_issuer": issuer,
        "oidc_client": env.get("REGISTRY_OIDC_CLIENT", ""),
        "oidc_secret": env.get("REGISTRY_OIDC_SECRET", ""),
        "oidc_secret_file": Path(secret) if secret else None,
        "oidc_name": env.get("REGISTRY_OIDC_NAME") or urlsplit(issuer).hostname or "",
        "oidc_inside": env.get("REGISTRY_OIDC_INSIDE") == "1",
    }
    if issuer and (urlsplit(issuer).scheme != "https" or issuer.endswith("/.well-known")):
        raise Misconfigured("REGISTRY_OIDC_ISSUER must be the issuer's https address")
    if issuer and not (found["oidc_client"] and (found["oidc_secret"] or secret)):
        raise Misconfigured("REGISTRY_OIDC_ISSUER needs REGISTRY_OIDC_CLIENT and REGISTRY_OIDC_SECRET(_FILE)")
    return found


def _outbound(env: Mapping[str, str]) -> dict[str, object]:
    """Whom the service calls because others asked it to. Raises Misconfigured."""
    ports = (env.get("REGISTRY_OUTBOUND_PORTS") or "443").split(",")
    if not all(one.strip().isdecimal() and 0 < int(one) < 65536 for one in ports):
        raise Misconfigured("REGISTRY_OUTBOUND_PORTS must be ports with commas between")
    authority = env.get("REGISTRY_OUTBOUND_CA")
    return {
        "outbound_ports": tuple(int(one) for one in ports),
        "outbound_loopback": env.get("REGISTRY_OUTBOUND_LOOPBACK") == "1",
        "outbound_ca": Path(authority) if authority else None,
        "webhook_hours": _whole(env, "REGISTRY_WEBHOOK_HOURS", 72),
        "webhook_days": _whole(env, "REGISTRY_WEBHOOK_DAYS", 5),
        "webhook_kept_days": _whole(env, "REGISTRY_WEBHOOK_KEPT_DAYS", 30),
    }


def _check_smtp(url: str) -> None:
    """A password never crosses a line that others can read."""
    if not url:
        return
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps", "smtp+plain") or not parts.hostname:
        raise Misconfigured("REGISTRY_SMTP_URL must be smtp://host, smtps://host or smtp+plain://host")
    if parts.scheme == "smtp+plain" and parts.username:
        raise Misconfigured("REGISTRY_SMTP_URL: smtp+plain:// takes no user, for nothing would hide it")


def _sms(env: Mapping[str, str], *, demo: bool) -> str:
    """How text messages leave. Raises Misconfigured."""
    named = env.get("REGISTRY_SMS") or ("folder" if demo else "none")
    if named == "folder" and not demo:
        raise Misconfigured("REGISTRY_SMS=folder is for the demonstration: nobody would get a message")
    module, colon, function = named.partition(":")
    dotted = all(part.isidentifier() for part in module.split("."))
    if named not in ("folder", "none") and not (colon and dotted and function.isidentifier()):
        raise Misconfigured("REGISTRY_SMS must be none, folder or package.module:function")
    return named


def _whole(env: Mapping[str, str], name: str, otherwise: int) -> int:
    text = env.get(name, "")
    if text and not (text.isascii() and text.isdecimal()):
        raise Misconfigured(f"{name} must be a whole number")
    return int(text) if text else otherwise


def driver(url: str) -> str:
    """Name the driver that is installed: plain `postgresql://` means psycopg 3."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _required(env: Mapping[str, str], name: str) -> str:
    if not env.get(name):
        raise Misconfigured(f"{name} must be set outside the demonstration (see docs/operations.md)")
    return env[name]
