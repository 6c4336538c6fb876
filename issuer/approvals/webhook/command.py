"""`mintmark webhook`: send an approval as a good sender would, or find out why one is refused."""

import argparse
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from contexts.errors import DONE, FAILED, NOT_YET, UsageError
from issuer.approvals import event
from issuer.approvals.webhook import sender
from issuer.approvals.webhook.sender import Reply
from issuer.database.database import UnavailableError, to_json
from issuer.home.command_line import Commands, Needs
from issuer.home.issuer import Issuer
from issuer.home.problem import Flaw
from issuer.home.settings import Settings, Source
from issuer.issuance import ConflictError, rehearse
from issuer.issuance.problems import Refused
from issuer.issuance.records.unprintable import unprintable_texts
from issuer.webhooks.standard_webhooks import TOLERANCE_SECONDS
from verifier import clock
from verifier.parsing.strict_json import StrictJsonError


def add_commands(commands: Commands) -> None:
    """Add `webhook send` and `webhook check`."""
    webhook = commands.add_parser("webhook", help="send approvals, or check the connection")
    actions = webhook.add_subparsers(dest="webhook_command", metavar="COMMAND", required=True)
    send = actions.add_parser("send", help="sign the event in FILE and send it")
    send.add_argument("file", type=Path, metavar="FILE", help="JSON, sent byte for byte")
    send.add_argument("--event-id", help="the id of this message (default: made from FILE)")
    send.set_defaults(run=_send, needs=Needs.HOME)
    check = actions.add_parser(
        "check", help="say whether FILE would be accepted; without it, try the connection"
    )
    check.add_argument("file", type=Path, metavar="FILE", nargs="?")
    check.set_defaults(run=_check, needs=Needs.HOME)
    for command in (send, check):
        command.add_argument("--url", help="the webhook's address (default: this issuer's own)")
        command.add_argument("--source", help="the source that sends (default: the first one)")


def _send(args: argparse.Namespace, issuer: Issuer) -> int:
    source = source_named(issuer.settings, args.source)
    body = _read(args.file)
    event_id = args.event_id or sender.event_id_of(body)
    url = args.url or _own_url(issuer.settings)
    answer = sender.send(body, url=url, secrets=source.secrets, event_id=event_id, sleep=time.sleep)
    return _report(answer)


def _check(args: argparse.Namespace, issuer: Issuer) -> int:
    source = source_named(issuer.settings, args.source)
    if args.file is None:
        return _check_connection(args.url or _own_url(issuer.settings), source)
    return _check_file(args.file, _read(args.file), issuer, source)


def _own_url(settings: Settings) -> str:
    return f"{settings.public_url}/webhooks/approvals"


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as exc:
        raise UsageError(f"cannot read {file}: {exc.strerror}") from exc


def _check_connection(url: str, source: Source) -> int:
    now = clock.now()
    body = to_json({"type": event.CHECK, "timestamp": f"{now:%Y-%m-%dT%H:%M:%SZ}", "data": {}})
    answer = sender.post(body, url=url, secrets=source.secrets, event_id=f"check_{uuid.uuid4()}")
    if answer.status == 204:
        print(f"{url} answers, and the secret of {source.name} and the clock are right")
        return DONE
    if answer.body.get("reason") == "clock" and answer.date is not None:
        off = round((now - answer.date).total_seconds())
        allowed = f"at most {TOLERANCE_SECONDS} are allowed"
        return _fail(f"the clock here is {off:+} seconds off the issuer's; {allowed} (set it)")
    return _report(answer)


def _check_file(file: Path, body: bytes, issuer: Issuer, source: Source) -> int:
    try:
        approval = event.read(body)
        if approval is not None:
            rehearse(issuer, approval, source=source.name, now=clock.now())
    except StrictJsonError as exc:
        return _fail(f"{file} is not strict JSON: {exc}")
    except Refused as exc:
        return _fail(f"{file} needs a correction:", exc.flaws)
    except ConflictError as exc:
        remedy = f"use a new {exc.which} for another approval"
        if exc.newest:
            remedy += f"; or correct this one: revision {exc.newest + 1}, with a reason"
        return _fail(f"{file}: {exc} ({remedy})")
    except UnavailableError as exc:
        print(exc, file=sys.stderr)
        return NOT_YET
    print(f"{file} would be accepted")
    if approval is not None:
        _warn(unprintable_texts(approval, issuer.settings))
    return DONE


def _report(answer: Reply) -> int:
    """Print what the issuer answered, in plain words, and return the exit code it means."""
    body = answer.body
    if answer.status in (200, 201) and "page" in body:
        print(f"issued: {body['page']}" if answer.status == 201 else f"already: {body['page']}")
        if newer := body.get("superseded_by"):
            print(f"a later revision took its place: {newer}")
        print(f"certificate: {body['page'].removesuffix('.html')}.pdf")
        if link := body.get("manage_url"):
            print(f"for the holder alone: {link}")
        _warn(_flaws(body.get("warnings", [])))
        return DONE
    if answer.status == 204:
        print("the check was accepted; nothing is stored by it")
        return DONE
    if answer.status == 202:
        print(f"stored, and signed later: {body.get('status_url')}", file=sys.stderr)
        return NOT_YET
    if answer.status == 0:
        here = "where no web server stands in front yet: --url http://localhost:PORT/webhooks/approvals"
        print(
            f"nobody answers: {body.get('detail')} (send it again later; {here})", file=sys.stderr
        )
        return NOT_YET
    if answer.worth_repeating:
        why = body.get("title") or body.get("detail") or f"status {answer.status}"
        print(f"no answer yet: {why} (send the same file again later)", file=sys.stderr)
        return NOT_YET
    title = body.get("title", "not an answer of a Mintmark issuer (check the address)")
    flaws = _flaws(body.get("errors", []))
    more = [body[key] for key in ("detail", "remedy") if key in body and not flaws]
    return _fail("\n  ".join([f"{answer.status} {title}", *more]), flaws)


def _fail(message: str, flaws: Sequence[Flaw] = ()) -> int:
    print(message, file=sys.stderr)
    _name(flaws)
    return FAILED


def _warn(flaws: Sequence[Flaw]) -> None:
    if flaws:
        print("the certificate will have boxes in place of letters:", file=sys.stderr)
        _name(flaws)


def _name(flaws: Sequence[Flaw]) -> None:
    for flaw in flaws:
        print(f"  {flaw.field} {flaw.detail}\n    {flaw.remedy}", file=sys.stderr)


def _flaws(members: Sequence[Mapping[str, str]]) -> list[Flaw]:
    return [Flaw("", flaw["field"], flaw["detail"], flaw["remedy"]) for flaw in members]


def source_named(settings: Settings, name: str | None) -> Source:
    """Return the source of that name, or the first one without a name; `UsageError` for none."""
    for source in settings.sources:
        if name in (None, source.name):
            return source
    known = ", ".join(source.name for source in settings.sources) or "none"
    raise UsageError(
        f"no such source in mintmark.toml: {name or '[[sources]]'}", remedy=f"there: {known}"
    )
