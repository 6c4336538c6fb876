"""Withdraw credentials: first a page that explains the effect, then for good."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.issuance.records import find
from issuer.issuance.records.find import ListedState, Query, RegisterEntry, Sort
from issuer.issuance.records.tables import CredentialRow
from issuer.issuance.status_lists import lists
from issuer.people import acts
from issuer.people.access import gate, rules
from issuer.staff.credentials import search, words
from issuer.web.access import needs
from issuer.web.answers import page
from keys.signer import KeysError
from verifier import clock
from verifier.wording.words import N_

revoking = Blueprint("revoking", __name__)
MOST: Final = 200
"""Credentials at once; a page of the list has fewer."""
_GONE: Final = (ListedState.REVOKED, ListedState.SUPERSEDED)


@revoking.get("/desk/revoke")
@needs("credential", "revoke")
def look() -> AnyResponse:
    """Say what withdrawing the chosen credentials does."""
    entries = _chosen(request.args.getlist("id"))
    return _page(entries) if entries else redirect(url_for("finding.show", done="none"), 303)


@revoking.post("/desk/revoke")
@needs("credential", "revoke")
def revoke() -> AnyResponse:
    """Withdraw the chosen credentials, all or none; publish what was withdrawn and is not seen."""
    reason = request.form.get("reason", "").strip()
    entries = _chosen(request.form.getlist("id"))
    fresh, unseen = _fresh(entries), _unseen(entries)
    if fresh and (flaw := words.flaw_of_reason(reason)):
        return _page(entries, wrong=flaw)
    if not (fresh or unseen):
        return _page(entries, wrong=N_("They were all withdrawn before."))
    public_ids = [entry.public_id for entry in entries if entry in fresh or entry in unseen]
    done = _withdraw(public_ids, reason)
    if len(public_ids) == 1:
        return redirect(url_for("recorded.show", credential=public_ids[0], done=done), 303)
    return redirect(url_for("finding.show", done=done), 303)


def _withdraw(public_ids: Sequence[str], reason: str) -> str:
    """Withdraw credentials, and return which of `words.DONE` says how far that came."""
    by = acts.actor(gate.whoever().person)
    try:
        lists.revoke_all(current_issuer(), public_ids, reason=reason, by=by, now=clock.now())
    except KeysError:
        return "recorded"
    except OSError:
        return "recorded-disk"
    except lists.BackupError:
        return "recorded-backup"
    return "revoked"


def _fresh(entries: Sequence[RegisterEntry]) -> list[RegisterEntry]:
    return [entry for entry in entries if entry.state not in _GONE]


def _unseen(entries: Sequence[RegisterEntry]) -> list[RegisterEntry]:
    """Return those that are withdrawn here, and that verifiers do not see as withdrawn."""
    public_ids = [entry.public_id for entry in entries]
    unpublished = lists.unpublished(current_issuer(), public_ids)
    return [entry for entry in entries if entry.public_id in unpublished]


def _chosen(public_ids: Sequence[str]) -> list[RegisterEntry]:
    """Return the chosen credentials; 404 if the visitor may not see one."""
    issuer, wanted = current_issuer(), set(public_ids[:MOST])
    visible = rules.visible(gate.whoever().me, "credential", "revoke", gate.kinds())
    query = Query(where=visible & CredentialRow.public_id.in_(wanted), sort=Sort.STORED)
    with issuer.database.reading() as session:
        entries = list(find.every(session, issuer.settings, query, now=clock.now()))
    if len(entries) < len(wanted):
        raise NotFound
    return entries


def _page(entries: Sequence[RegisterEntry], *, wrong: str = "") -> Response:
    with current_issuer().database.reading() as session:
        titles = search.titles(session)
    return page(
        "desk/revoke.html",
        titles=titles,
        entries=entries,
        fresh=_fresh(entries),
        unseen=_unseen(entries),
        states=words.STATES,
        wrong=wrong,
        reason=request.form.get("reason", ""),
    )
