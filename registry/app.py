"""The application: extensions, doors, error handlers, and the folders' blueprints in two lists."""

import hashlib

from flask import Blueprint, Flask
from flask.sessions import SecureCookieSessionInterface
from werkzeug.middleware.proxy_fix import ProxyFix

from registry import (
    config,
    database,
    health_pages,
    job_pages,
    language,
    logs,
    metrics,
    navigation,
    openapi,
    problems,
    settings_pages,
    styleguide_pages,
)
from registry.catalogue import api as catalogue_api
from registry.catalogue import (
    collection_api,
    collection_pages,
    compare_api,
    compare_pages,
    data_pages,
    feed_pages,
    glossary_pages,
    instant_pages,
    log_api,
    log_files,
    log_pages,
    saved_api,
    saved_pages,
    verify_pages,
)
from registry.catalogue import desk as catalogue_desk  # noqa: F401 - registers its card
from registry.catalogue import pages as catalogue_pages
from registry.catalogue import tasks as catalogue_tasks  # noqa: F401 - registers its jobs
from registry.codebook import api as codebook_api
from registry.codebook import pages as codebook_pages
from registry.codebook import present as codebook
from registry.config import Settings
from registry.contracts import account_pages as contracts_accounts
from registry.contracts import api as contracts_api
from registry.contracts import (
    authority_pages,
    bank_pages,
    basket_api,
    basket_pages,
    breach_pages,
    bundle_api,
    bundle_pages,
    checkout_pages,
    conditions_pages,
    correction_pages,
    corrections_api,
    decisions_pages,
    doubts_pages,
    dues_pages,
    duties_pages,
    invoice_pages,
    joint_api,
    joint_pages,
    list_pages,
    made_pages,
    oversight_pages,
    paper_pages,
    payments_pages,
    power_api,
    power_pages,
    printing_pages,
    reconciliation_pages,
    recordal_list_pages,
    registration_pages,
    results_api,
    results_pages,
    royalty_api,
    royalty_pages,
    stamp_pages,
    track_pages,
    unit_api,
)
from registry.contracts import money_tasks as contracts_money  # noqa: F401 - registers its jobs
from registry.contracts import pages as contracts_pages
from registry.contracts import tasks as contracts_tasks  # noqa: F401 - registers its jobs
from registry.demand import desk as demand_desk  # noqa: F401 - registers its cards
from registry.demand import interest_api, interest_pages, need_api, need_pages, reason_pages
from registry.demand import tasks as demand_tasks  # noqa: F401 - registers its jobs
from registry.erasure import pages as erasure_pages
from registry.erasure import tasks as erasure_tasks  # noqa: F401 - registers its jobs
from registry.exports import api as exports_api
from registry.exports import batch_pages, recordal_pages, venue_api
from registry.exports import pages as exports_pages
from registry.exports import tasks as exports_tasks  # noqa: F401 - registers its jobs
from registry.help import pages as help_pages
from registry.hooks import api as hooks_api
from registry.hooks import pages as hooks_pages
from registry.hooks import tasks as hooks_tasks  # noqa: F401 - registers its jobs
from registry.ledger import service as ledger
from registry.ledger import tasks as ledger_tasks  # noqa: F401 - registers its jobs
from registry.licenses import (
    announcements_pages,
    batch_acts_pages,
    batch_review_pages,
    batches_api,
    batches_pages,
    consents_pages,
    reviews_api,
    reviews_pages,
    signing_pages,
    state_pages,
    term_sets_api,
    term_sets_pages,
    terms_day_pages,
    terms_pages,
    withdrawals_api,
    withdrawals_pages,
)
from registry.licenses import api as licenses_api
from registry.licenses import desk as licenses_desk  # noqa: F401 - registers its cards
from registry.licenses import pages as licenses_pages
from registry.licenses import tasks as licenses_tasks  # noqa: F401 - registers its jobs
from registry.parties import (
    account_pages,
    address_pages,
    anchors_pages,
    approvals_api,
    approvals_pages,
    audits_pages,
    choices_pages,
    directory_pages,
    doors,
    event_pages,
    factor_pages,
    inbox_api,
    inbox_pages,
    keys_pages,
    machine_api,
    machine_pages,
    mail_pages,
    members_pages,
    organisation_pages,
    outside_pages,
    passkey_pages,
    phone_pages,
    refilling,
    sign_in_pages,
    staff_pages,
    watching,
)
from registry.parties import api as parties_api
from registry.parties import mail_desk as parties_mail  # noqa: F401 - registers its cards
from registry.parties import pages as parties_pages
from registry.parties import tasks as parties_tasks  # noqa: F401 - registers its jobs
from registry.patents import api as patents_api
from registry.patents import pages as patents_pages
from registry.statistics import api as statistics_api
from registry.statistics import desk as statistics_desk  # noqa: F401 - registers its panel
from registry.statistics import pages as statistics_pages
from registry.statistics import tasks as statistics_tasks  # noqa: F401 - registers its jobs

PAGES: list[Blueprint] = [
    catalogue_pages.blueprint,
    feed_pages.blueprint,
    saved_pages.blueprint,
    verify_pages.blueprint,
    instant_pages.blueprint,
    glossary_pages.blueprint,
    log_pages.blueprint,
    log_files.blueprint,
    compare_pages.blueprint,
    collection_pages.blueprint,
    data_pages.blueprint,
    interest_pages.blueprint,
    need_pages.blueprint,
    reason_pages.blueprint,
    parties_pages.blueprint,
    account_pages.blueprint,
    address_pages.blueprint,
    machine_pages.blueprint,
    outside_pages.blueprint,
    hooks_pages.blueprint,
    anchors_pages.blueprint,
    approvals_pages.blueprint,
    audits_pages.blueprint,
    event_pages.blueprint,
    inbox_pages.blueprint,
    choices_pages.blueprint,
    mail_pages.blueprint,
    organisation_pages.blueprint,
    members_pages.blueprint,
    staff_pages.blueprint,
    directory_pages.blueprint,
    keys_pages.blueprint,
    refilling.blueprint,
    passkey_pages.blueprint,
    sign_in_pages.blueprint,
    factor_pages.blueprint,
    phone_pages.blueprint,
    patents_pages.blueprint,
    state_pages.blueprint,
    licenses_pages.blueprint,
    term_sets_pages.blueprint,
    terms_pages.blueprint,
    terms_day_pages.blueprint,
    batches_pages.blueprint,
    batch_acts_pages.blueprint,
    batch_review_pages.blueprint,
    signing_pages.blueprint,
    consents_pages.blueprint,
    withdrawals_pages.blueprint,
    reviews_pages.blueprint,
    announcements_pages.blueprint,
    contracts_pages.blueprint,
    payments_pages.blueprint,
    basket_pages.blueprint,
    checkout_pages.blueprint,
    joint_pages.blueprint,
    dues_pages.blueprint,
    doubts_pages.blueprint,
    contracts_accounts.blueprint,
    bank_pages.blueprint,
    invoice_pages.blueprint,
    decisions_pages.blueprint,
    conditions_pages.blueprint,
    registration_pages.blueprint,
    track_pages.blueprint,
    reconciliation_pages.blueprint,
    oversight_pages.blueprint,
    list_pages.blueprint,
    stamp_pages.blueprint,
    royalty_pages.blueprint,
    breach_pages.blueprint,
    results_pages.blueprint,
    paper_pages.blueprint,
    authority_pages.blueprint,
    power_pages.blueprint,
    duties_pages.blueprint,
    recordal_list_pages.blueprint,
    bundle_pages.blueprint,
    made_pages.blueprint,
    printing_pages.blueprint,
    correction_pages.blueprint,
    exports_pages.blueprint,
    venue_api.pages,
    batch_pages.blueprint,
    erasure_pages.blueprint,
    codebook_pages.blueprint,
    recordal_pages.blueprint,
    help_pages.blueprint,
    health_pages.blueprint,
    styleguide_pages.blueprint,
    job_pages.blueprint,
    settings_pages.blueprint,
    statistics_pages.blueprint,
]
MACHINES: list[openapi.Blueprint] = [
    statistics_api.blueprint,
    catalogue_api.blueprint,
    saved_api.blueprint,
    compare_api.blueprint,
    collection_api.blueprint,
    interest_api.blueprint,
    need_api.blueprint,
    codebook_api.blueprint,
    instant_pages.machines,
    log_api.blueprint,
    parties_api.blueprint,
    machine_api.blueprint,
    approvals_api.blueprint,
    hooks_api.blueprint,
    inbox_api.blueprint,
    patents_api.blueprint,
    licenses_api.blueprint,
    term_sets_api.blueprint,
    batches_api.blueprint,
    withdrawals_api.blueprint,
    reviews_api.blueprint,
    contracts_api.blueprint,
    power_api.blueprint,
    unit_api.blueprint,
    basket_api.blueprint,
    joint_api.blueprint,
    results_api.blueprint,
    bundle_api.blueprint,
    corrections_api.blueprint,
    royalty_api.blueprint,
    exports_api.blueprint,
    venue_api.blueprint,
]


class Memo(SecureCookieSessionInterface):
    """What a browser carries between two pages, sealed; whose session it is stands in the database."""

    digest_method = staticmethod(hashlib.sha256)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application. Raises Misconfigured when a required setting is missing."""
    settings = settings or config.from_environment()
    app = Flask(__name__)
    secure = settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME=f"{'__Host-' if secure else ''}mingxu_memo",  # sessions are rows
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        MAX_CONTENT_LENGTH=settings.body_limit,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        TESTING=settings.testing,
    )
    app.session_interface = Memo()
    app.extensions["settings"] = settings
    if settings.proxies:  # without any, nobody's word about addresses is believed
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    database.init_app(app, settings.database_url)
    language.init_app(app)
    problems.init_app(app)
    metrics.init_app(app)  # first in, and of what is done afterwards last
    logs.init_app(app, settings)
    doors.init_app(app)
    watching.init_app(app)
    refilling.init_app(app)
    codebook.init_app(app)
    navigation.init_app(app)
    ledger.init_app(app, settings)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    openapi.init_app(app, MACHINES)
    return app
