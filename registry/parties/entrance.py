"""The one way in: whoever has shown who they are gets a session, or first the page that asks for a code.

Every kind of sign-in ends here, so that none of them forgets the second factor or the letter about a new
browser.
"""

from urllib.parse import quote
from uuid import UUID

from flask import redirect, request, session
from werkzeug.wrappers import Response

from registry.database import transaction
from registry.parties import cookies, sessions, sign_ins
from registry.text import local_path

HALF = "half"
"""Where the browser keeps what a half sign-in is found by."""


def let_in(account_id: UUID, where: str, *, second: bool = False) -> Response:
    """Open a session and lead on; `second`: a device or a code was shown, so that none is asked for."""
    browser = cookies.browser_token()

    def work() -> tuple[str, str]:
        asks = "" if second else sign_ins.owed(account_id, browser)
        if asks:
            return "", sign_ins.begin(account_id, asks)
        return enter(account_id, browser, second=second), ""

    token, half = transaction(work)
    if half:
        session[HALF] = half
        return redirect(f"/login/code?next={quote(local_path(where, '/desk'), safe='/')}", 303)
    session.pop(HALF, None)
    answer: Response = redirect(local_path(where, "/desk"), 303)
    return cookies.set_session(answer, token, browser=browser)


def enter(account_id: UUID, browser: str, *, second: bool) -> str:
    """A fresh session of this browser, inside the door's transaction."""
    sessions.replace_present(cookies.session_token())
    agent, address = request.headers.get("User-Agent", ""), request.remote_addr or ""
    return sign_ins.enter(account_id, browser, second=second, from_where=address, agent=agent)
