"""The issuer as a web application: its parts put together, and what it serves as files."""

import gc
import logging
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, request
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.sansio.utils import host_is_trusted

from issuer import migrations
from issuer.approvals import problems as approval_problems
from issuer.approvals import schema
from issuer.approvals.table import erasing as approval_tables
from issuer.approvals.webhook.routes import approvals
from issuer.database.database import UnavailableError
from issuer.drawing import logo, stationery
from issuer.drawing.typesetting import TEMPLATES
from issuer.home.issuer import Issuer, LockedError, current_issuer
from issuer.home.problem import Problem
from issuer.home.publishing import bucket, documents
from issuer.home.settings import Settings, load
from issuer.installation.doctor import page as doctor_page
from issuer.installation.doctor.page import doctoring
from issuer.issuance import problems as issuance_problems
from issuer.issuance.finish import finish_pending
from issuer.issuance.status_lists import lists, renewal
from issuer.messages import KINDS
from issuer.outbox import worker
from issuer.people import objects, people_routes
from issuer.people.access import gate, rules
from issuer.people.account.routes import account
from issuer.people.change_routes import changing
from issuer.people.people_routes import people
from issuer.people.roster.routes import roster
from issuer.people.signing_in.openid_routes import account_binding
from issuer.people.signing_in.routes import signing_in
from issuer.program import cohort_routes
from issuer.program import objects as program_objects
from issuer.program.amendments.routes import plan_pages
from issuer.program.assigning import running_routes
from issuer.program.assigning.deciding_routes import deciding
from issuer.program.assigning.expertise_routes import expertise_pages
from issuer.program.assigning.running_routes import running
from issuer.program.cadre import routes as cadre_routes
from issuer.program.cadre.exemplar_routes import exemplar_pages
from issuer.program.cadre.routes import cadre
from issuer.program.cadre.shared_routes import shared_evidence_pages
from issuer.program.coaching import building_routes, hours, sign_offs
from issuer.program.coaching import routes as coaching_routes
from issuer.program.coaching.building_routes import buildings
from issuer.program.coaching.coach_routes import coaches
from issuer.program.coaching.routes import coaching_pages
from issuer.program.cohort_routes import cohort_pages
from issuer.program.compensation import ledger
from issuer.program.compensation import objects as pay_objects
from issuer.program.compensation.own_records import erasing
from issuer.program.compensation.pages import my_money_routes
from issuer.program.compensation.pages import site as pay_pages
from issuer.program.declaration_routes import declaring
from issuer.program.evaluation import corrections, judging_routes
from issuer.program.evaluation.asking_routes import asking
from issuer.program.evaluation.issuing import own_page
from issuer.program.evaluation.judging_routes import judging
from issuer.program.evidence import artifacts, pieces
from issuer.program.evidence.routes import evidence
from issuer.program.evidence.upload_routes import uploads
from issuer.program.midyear.routes import midyear
from issuer.program.new_year import routes as new_year_routes
from issuer.program.offering_routes import offering
from issuer.program.partner_badges import badges
from issuer.program.partner_badges.routes import partner_badge_pages
from issuer.program.projects import routes as project_routes
from issuer.program.projects.routes import projects
from issuer.program.records import retention
from issuer.program.records.inspection_routes import inspecting
from issuer.program.records.own_data_routes import own_data_pages
from issuer.program.records.routes import records
from issuer.program.reminders.calendar_routes import calendars
from issuer.program.reports import routes as report_routes
from issuer.program.reports.routes import reports
from issuer.program.setting_up_routes import setting_up
from issuer.program.steering_routes import steering
from issuer.program.window_routes import one_window
from issuer.sharing import checked
from issuer.sharing import problems as sharing_problems
from issuer.sharing.collections.routes import collections
from issuer.sharing.holder.routes import holding
from issuer.sharing.mine import claim_routes, links_routes
from issuer.sharing.mine import erasing as shared_words
from issuer.sharing.mine import routes as mine_routes
from issuer.sharing.mine.wallet_routes import wallet
from issuer.sharing.own_fetch import fetch_own, withdrawal
from issuer.sharing.owned import claims
from issuer.sharing.public.catalog_routes import catalog
from issuer.sharing.public.embed import embed
from issuer.sharing.public.routes import sharing
from issuer.sharing.shared import page_of_serial
from issuer.staff import audit_routes, delivery_routes, task_routes
from issuer.staff import objects as staff_objects
from issuer.staff.audit_routes import auditing
from issuer.staff.catalog import routes as cataloging_routes
from issuer.staff.catalog.achievement_routes import achieving
from issuer.staff.catalog.routes import cataloging
from issuer.staff.catalog.rubric_routes import judging_by
from issuer.staff.credentials import find_routes
from issuer.staff.credentials.correct_routes import correcting_pages
from issuer.staff.credentials.find_routes import finding
from issuer.staff.credentials.record_routes import recorded
from issuer.staff.credentials.revoke_routes import revoking
from issuer.staff.delivery_routes import delivering
from issuer.staff.issuing import many_routes, one_routes
from issuer.staff.issuing.many_routes import issuing_many
from issuer.staff.issuing.one_routes import issuing
from issuer.staff.task_routes import tasks
from issuer.web import plain_text, problems, server
from issuer.web.access import open_blueprints
from issuer.web.answers import pages
from issuer.web.files import files
from issuer.web.health import Health
from issuer.web.row_numbers import RowNumber
from issuer.wording import language
from verifier import clock
from verifier.fetching.fetch import Fetch, WebFetch
from verifier.parsing import web_address
from verifier.pipeline.response_cache import remembering
from verifier.trust_lists import store
from verifier.trust_lists.following import LiveLists
from verifier.web.api import api_blueprint
from verifier.web.applicants.pages import applicants_blueprint
from verifier.web.applicants.process import Allowed
from verifier.web.applicants.runs import RunStore
from verifier.web.headers import protect
from verifier.web.limits import in_redis
from verifier.web.page import Site, verifier_blueprint

MAX_BODY_BYTES = 5 * 1024 * 1024
"""The largest request taken (T31); routes that need less say so themselves."""
MAX_FORM_PARTS = 20
MAX_HOST = 253
"""Letters of a foreign host name that are said again; a real one has no more."""

PROBLEMS: Final = (
    *problems.TYPES,
    *approval_problems.TYPES,
    *issuance_problems.TYPES,
    *sharing_problems.TYPES,
    ledger.YEAR_CLOSED,
)
"""Every type of problem, as its subject declares it."""

OBJECTS: Final = rules.by_name(
    *objects.OBJECTS,
    *program_objects.OBJECTS,
    *pay_objects.OBJECTS,
    *claims.OBJECTS,
    *staff_objects.OBJECTS,
)
"""Every kind of object that not everybody may see, as its room declares it."""
NAVIGATION: Final = (
    *mine_routes.NAVIGATION,
    *project_routes.NAVIGATION,
    *coaching_routes.NAVIGATION,
    *building_routes.NAVIGATION,
    *cohort_routes.NAVIGATION,
    *judging_routes.NAVIGATION,
    *running_routes.NAVIGATION,
    *cadre_routes.NAVIGATION,
    *report_routes.NAVIGATION,
    *find_routes.NAVIGATION,
    *task_routes.NAVIGATION,
    *cataloging_routes.NAVIGATION,
    *delivery_routes.NAVIGATION,
    *audit_routes.NAVIGATION,
    *doctor_page.NAVIGATION,
    *one_routes.NAVIGATION,
    *new_year_routes.NAVIGATION,
    *pay_pages.NAVIGATION,
    *many_routes.NAVIGATION,
    *people_routes.NAVIGATION,
    *claim_routes.NAVIGATION,
)
"""The pages at the top, for those who may open them."""
SUBMISSION_CHECKS: Final = (sign_offs.check, artifacts.check, badges.check, my_money_routes.check)
"""What the program's rooms ask of a submission."""

Worker = server.Worker
"""What gunicorn serves this with (`issuer.web.server.WORKER`)."""

log = logging.getLogger(__name__)


def create_app(settings: Settings) -> Flask:
    """Return the application of one issuer. Making it changes nothing; `start` does."""
    issuer = Issuer(settings)
    app = Flask("issuer", template_folder=str(TEMPLATES), static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
        CHECKS_AT_ONCE=server.THREADS // 2,
    )
    if settings.redis_url:
        app.config.update(in_redis(settings.redis_url, settings.issuer_id))
    app.url_map.converters["int"] = RowNumber
    app.extensions["mintmark"] = issuer
    app.extensions["health"] = Health(issuer)
    app.before_request(_refuse_other_hosts)
    app.before_request(plain_text.refuse_in_address)
    stationery.check(settings)
    contact = settings.issuer_contact
    site = Site(
        settings.issuer_name,
        settings.public_url + "/",
        settings.issuer_color,
        logo=logo.address(settings),
        issuer=checked.own(issuer),
        contact=contact.addr_spec if contact else None,
        contact_name=contact.display_name if contact else "",
    )

    for blueprint, prefix in _verifier(issuer, site):
        app.register_blueprint(blueprint, url_prefix=prefix)
    for blueprint in (files, pages, approvals, catalog, sharing, holding, embed, collections):
        app.register_blueprint(blueprint)
    for blueprint in (
        signing_in,
        account_binding,
        account,
        mine_routes.mine,
        claim_routes.claiming,
        links_routes.linking,
        wallet,
        people,
        changing,
        roster,
        declaring,
        projects,
        coaching_pages,
        buildings,
        evidence,
        uploads,
        partner_badge_pages,
        plan_pages,
        judging,
        asking,
        running,
        steering,
        offering,
        one_window,
        midyear,
        cohort_pages,
        coaches,
        expertise_pages,
        deciding,
        calendars,
        setting_up,
        new_year_routes.new_year,
        reports,
        records,
        inspecting,
        own_data_pages,
        cadre,
        exemplar_pages,
        shared_evidence_pages,
        finding,
        cataloging,
        achieving,
        judging_by,
        delivering,
        doctoring,
        auditing,
        recorded,
        revoking,
        correcting_pages,
        tasks,
        issuing,
        *pay_pages.BLUEPRINTS,
        issuing_many,
    ):
        app.register_blueprint(blueprint)
    app.extensions["submission_checks"] = SUBMISSION_CHECKS
    app.extensions["hours"] = hours.of
    app.extensions["kept_back"] = retention.kept_back
    app.extensions["results"] = corrections.released_results
    app.extensions["wanted"] = pieces.wanted
    app.extensions["own_page"] = own_page
    app.extensions["erasing"] = (shared_words.erasing, approval_tables.erasing, erasing)
    language.speak(app, local=settings.local)
    problems.register(app, settings, types=PROBLEMS, loggable=schema.loggable)
    protect(app, https=settings.public_url.startswith("https:"))
    open_blueprints(app, "verifier", "applicants", "api")
    gate.guard(app, OBJECTS, navigation=NAVIGATION)
    app.before_request(plain_text.refuse_in_form)
    if settings.metrics_token:
        from issuer.web.monitoring import metrics  # its library is an extra

        metrics.measure(app)
    if settings.path:
        mounted = DispatcherMiddleware(NotFound(), {settings.path: app.wsgi_app})
        app.wsgi_app = mounted  # type: ignore[method-assign]
    return app


def _verifier(issuer: Issuer, site: Site) -> Iterator[tuple[Blueprint, str]]:
    """Yield the parts of the verifier that this site serves, each with where it lies."""
    settings = issuer.settings
    ask_one = partial(WebFetch, allow=settings.allow_hosts)
    ask_others, followed = remembering(ask_one), store.default_folder(os.environ)

    def make_fetch() -> Fetch:
        return fetch_own(issuer, ask_others())

    lists = LiveLists(followed, ask_others)
    why = partial(withdrawal, issuer)
    page = verifier_blueprint(
        site=site,
        make_fetch=make_fetch,
        trust=lists,
        withdrawal=why,
        page_of_serial=partial(page_of_serial, issuer),
    )
    yield page, "/verify"
    yield api_blueprint(make_fetch=make_fetch, trust=lists), "/api"
    if settings.check_many:
        allowed = Allowed(ask_one, followed=followed)
        yield applicants_blueprint(RunStore(settings.applicants), allowed), "/verify/applicants"


def start_app(settings: Settings) -> Flask:
    """Return the application of one issuer, started. Raises what `start` raises."""
    app = create_app(settings)
    issuer: Issuer = app.extensions["mintmark"]
    try:
        start(issuer)
    except BaseException:
        issuer.database.close()
        raise
    return app


def create_app_from_environment() -> Flask:
    """Return the application of the issuer in `$MINTMARK_HOME`, started: what gunicorn calls.

    In the background, until the process ends, mails leave, status lists are signed again, what is
    published goes to the bucket, and old checks of many applicants are deleted.
    """
    app = start_app(load(Path(os.environ["MINTMARK_HOME"])))
    issuer: Issuer = app.extensions["mintmark"]
    app.extensions["outbox"] = worker.start(issuer, KINDS)
    app.extensions["renewal"] = renewal.start(issuer.settings)
    if issuer.settings.publish_bucket:
        app.extensions["bucket"] = bucket.start(issuer.settings)
    if issuer.settings.check_many:
        RunStore(issuer.settings.applicants).keep_tidy()
    gc.collect()
    gc.freeze()  # what is loaded is there for good: to look through it would stop all for 0.1 s
    return app


def start(issuer: Issuer) -> None:
    """Test the keys, publish, and finish what was left undone.

    Without a passphrase or a database it starts all the same: files are served, approvals
    are answered with 202 or 503. Raises `KeysError` for keys that do not fit what is
    published and `SchemaError` for an old database: both would do harm.
    """
    now = clock.now()
    try:
        migrations.check(issuer.database)
        if left := migrations.left(issuer.database):
            log.warning("%d approvals cannot be searched for yet (run: mintmark migrate)", left)
        issuer.check_keys()
        lists.begin(issuer, now=now)
        for row, error in finish_pending(issuer, now=clock.now):
            log.warning("credential %s: %s", row.public_id, error or "finished")
    except LockedError as exc:
        documents.publish(issuer.settings, issuer.keyring, issuer.database)
        log.warning("keys are locked, nothing is signed: %s", exc)
    except (UnavailableError, OSError) as exc:
        log.error("only files are served: %s", exc)


def _refuse_other_hosts() -> None:
    """Refuse a Host that is not ours; who watches over the server may ask under any."""
    settings = current_issuer().settings
    known = host_is_trusted(request.host, [settings.host, "localhost"])
    if known or request.endpoint in ("files.alive", "files.health", "metrics.show"):
        return
    own = web_address.site(settings.public_url)
    asked = request.host[:MAX_HOST].encode("ascii", "backslashreplace").decode()
    message = f"This server is {own} and was asked as {asked}"
    log.warning("%s", message)
    raise Problem(problems.WRONG_HOST, message)
