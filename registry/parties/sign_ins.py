"""Coming in after the password or another sign-in elsewhere: what is still owed, and from which browser.

Who has an authenticator app owes its code. While the whole registry is being guessed at, whoever comes from a
browser their account has not been seen in owes a code from a letter: a limit over everybody asks more of
strangers and locks nobody out (docs/adr/0029).
"""

import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import Select, delete, exists, select

from registry import clock, history
from registry.config import Settings
from registry.database import db, new_id
from registry.parties import accounts, factors, mail, sessions, totp
from registry.parties.factor_models import HalfSignIn, KnownBrowser
from registry.parties.models import Account, Session

LIFE = timedelta(minutes=10)
TRIES = 5
"""Codes typed for one password shown."""
CODES, CODES_A_DAY = 10, 60
"""Codes typed for one account in a quarter of an hour, and in a day: three of a million fit at a time."""
FAILURES, FAILURES_WINDOW = 120, timedelta(minutes=1)
"""Failed sign-ins of everybody together, in a minute: more than people mistype, less than guessing takes."""
BROWSER_DAYS = 400
BROWSERS = 20
"""Browsers kept of one account, the latest."""


def failed() -> None:
    """A password was wrong, whoever's it was."""
    accounts.count("failed_sign_ins", "", window=FAILURES_WINDOW)


def under_attack() -> bool:
    """Whether more sign-ins fail than people mistype."""
    return accounts.counted("failed_sign_ins", "", window=FAILURES_WINDOW) >= FAILURES


def admits(account_id: UUID) -> bool:
    """Whether somebody whose password was right comes in at all. Who registers an address that was free could
    else tell by signing in.
    """
    return db.session.get_one(Account, account_id).confirmed_at is not None


def owed(account_id: UUID, browser: str) -> str:
    """What is still asked of somebody whose password was right: `app`, `mail`, or nothing."""
    if factors.has_app(account_id):
        return "app"
    return "mail" if under_attack() and not knows(account_id, browser) else ""


def begin(account_id: UUID, asks: str) -> str:
    """Half a sign-in; returns what the browser keeps of it. For `mail` a letter with its code goes out."""
    sweep()
    token, code = secrets.token_urlsafe(32), ""
    row = HalfSignIn(
        id=new_id(),
        token_hash=sessions.digest(token),
        account_id=account_id,
        asks=asks,
        created_at=clock.now(),
    )
    if asks == "mail":
        code = f"{secrets.randbelow(1_000_000):06d}"
        row.code_hash = _digest(row.id, code)
        account = db.session.get_one(Account, account_id)
        minutes = int(LIFE.total_seconds() // 60)
        mail.write(account.email, "sign_in_code", name=account.name, code=code, minutes=minutes)
    db.session.add(row)
    db.session.flush()
    return token


def half(token: str, *, locked: bool = False) -> HalfSignIn | None:
    """A sign-in that waits for its code, or None."""
    query = select(HalfSignIn).where(HalfSignIn.token_hash == sessions.digest(token))
    row = db.session.scalar(query.with_for_update() if locked else query)
    if row is None or row.created_at + LIFE <= clock.now() or row.tries >= TRIES:
        return None
    return row if row.account.closed_at is None else None


def count_code(account_id: UUID | None) -> None:
    """Count a code before it is looked at. Raises Refused `too_many_attempts`."""
    accounts.attempt("second", str(account_id), limit=CODES)
    accounts.attempt("second_day", str(account_id), limit=CODES_A_DAY, window=timedelta(days=1))


def complete(token: str, typed: str) -> tuple[UUID, bool] | None:
    """The account whose code was right, and whether a second factor was shown; None for anything wrong.

    The right code takes the half sign-in away, so that it opens one session.
    """
    row = half(token, locked=True)
    if row is None:
        return None
    row.tries += 1
    account, app = row.account, row.asks == "app"
    if not (factors.check(account, typed) if app else _fits(row, totp.plain(typed))):
        return None
    db.session.delete(row)
    return account.id, app


def enter(account_id: UUID, browser: str, *, second: bool, from_where: str = "", agent: str = "") -> str:
    """Open the session; returns the cookie's value. Tells the person when the browser is a new one."""
    account = db.session.get_one(Account, account_id)
    new = not knows(account_id, browser)
    before = db.session.scalar(select(exists().where(Session.account_id == account_id)))
    if new and before:  # the very first time there is nobody to warn
        mail.write_to_account(
            account,
            "signed_in_new",
            name=account.name,
            at=clock.now(),
            browser=browser_name(agent),
            address=from_where,
        )
    remember(account_id, browser)
    history.record(sessions.actor_of(account, None), "sign_in", account)
    settings: Settings = current_app.extensions["settings"]
    return sessions.open_session(account, settings, second=second)


def knows(account_id: UUID, browser: str) -> bool:
    """Whether this account has been seen in this browser."""
    if not browser:
        return False
    since = clock.now() - timedelta(days=BROWSER_DAYS)
    return db.session.scalar(_browser(account_id, browser).where(KnownBrowser.seen_at > since)) is not None


def remember(account_id: UUID, browser: str) -> None:
    """The browser is known from now on; of very many the oldest are forgotten."""
    instant, row = clock.now(), db.session.scalar(_browser(account_id, browser))
    if row is None:
        row = KnownBrowser(id=new_id(), account_id=account_id, token_hash=sessions.digest(browser))
        row.created_at = instant
        db.session.add(row)
    row.seen_at = instant
    db.session.flush()
    own = select(KnownBrowser.id).where(KnownBrowser.account_id == account_id)
    oldest = db.session.scalars(own.order_by(KnownBrowser.seen_at.desc()).offset(BROWSERS)).all()
    if oldest:
        db.session.execute(delete(KnownBrowser).where(KnownBrowser.id.in_(oldest)))


def sweep() -> None:
    """Take away half sign-ins that ran out, and browsers not seen for more than a year."""
    instant = clock.now()
    db.session.execute(delete(HalfSignIn).where(HalfSignIn.created_at < instant - LIFE))
    late = instant - timedelta(days=BROWSER_DAYS)
    db.session.execute(delete(KnownBrowser).where(KnownBrowser.seen_at < late))


_PROGRAMS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("MicroMessenger", "WeChat"), ("Firefox/", "Firefox"))
_ENGINES = (("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"))
_DESKTOPS = (("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"))


def browser_name(agent: str) -> str:
    """`Firefox · Windows`, as far as a browser says so; never its own words, which anybody can send."""
    named = [
        next((name for mark, name in table if mark in agent), "")
        for table in ((*_PROGRAMS, *_ENGINES), (*_SYSTEMS, *_DESKTOPS))
    ]
    return " · ".join(one for one in named if one)


def _browser(account_id: UUID, browser: str) -> Select[KnownBrowser]:
    return select(KnownBrowser).where(
        KnownBrowser.account_id == account_id, KnownBrowser.token_hash == sessions.digest(browser)
    )


def _fits(row: HalfSignIn, shown: str) -> bool:
    return hmac.compare_digest(row.code_hash, _digest(row.id, shown))


def _digest(row_id: UUID, code: str) -> str:
    return sessions.digest(f"{row_id}:sign_in:{code}")
