"""`mintmark webhook`: send an approval as a good sender would, or find out why one is refused."""

import argparse
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from issuer.approvals import event, sender
from issuer.approvals.sender import Reply
from issuer.database.database import UnavailableError, to_json
from issuer.home.issuer import opened
from issuer.home.problem import Flaw
from issuer.home.settings import Settings, Source
from issuer.issuance import ConflictError, rehearse
from issuer.issuance.problems import Refused
from issuer.issuance.records.unprintable import unprintable_texts
from issuer.webhooks.standard_webhooks import TOLERANCE_SECONDS
from verifier import clock
from verifier.parsing.strict_json import StrictJsonError

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

DONE: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
NOT_YET: Final = 3
"""Nobody answered, or it is stored and not signed yet: the same command again can help."""


def add_webhook_commands(subparsers: Commands) -> None:
    """Add `webhook send` and `webhook check` to a program's `subparsers`."""
    webhook = subparsers.add_parser("webhook", help="send approvals, or check the connection")
    commands = webhook.add_subparsers(dest="webhook_command", metavar="COMMAND", required=True)
    send = commands.add_parser("send", help="sign the event in FILE and send it")
    send.add_argument("file", type=Path, metavar="FILE", help="JSON, sent byte for byte")
    send.add_argument("--event-id", help="the id of this message (default: made from FILE)")
    check = commands.add_parser(
        "check", help="say whether FILE would be accepted; without it, try the connection"
    )
    check.add_argument("file", type=Path, metavar="FILE", nargs="?")
    for command in (send, check):
        command.add_argument("--url", help="the webhook's address (default: this issuer's own)")
        command.add_argument("--source", help="the source that sends (default: the first one)")


def run(args: argparse.Namespace, *, settings: Settings) -> int:
    """Run the command in `args`; return its exit code: 0, or one of the constants above."""
    source = source_named(settings, args.source)
    if source is None:
        return USAGE
    url = args.url or f"{settings.public_url}/webhooks/approvals"
    if args.file is None:
        return _check_connection(url, source)
    try:
        body = args.file.read_bytes()
    except OSError as exc:
        print(f"cannot read {args.file}: {exc.strerror}", file=sys.stderr)
        return USAGE
    if args.webhook_command == "check":
        return _check_file(args.file, body, settings, source)
    event_id = args.event_id or sender.event_id_of(body)
    answer = sender.send(body, url=url, secrets=source.secrets, event_id=event_id, sleep=time.sleep)
    return _report(answer)


def _check_connection(url: str, source: Source) -> int:
    now = clock.now()
    body = to_json({"type": event.CHECK, "timestamp": f"{now:%Y-%m-%dT%H:%M:%SZ}", "data": {}})
    answer = sender.post(body, url=url, secrets=source.secrets, event_id=f"check_{uuid.uuid4()}")
    if answer.status == 204:
        print(f"{url} answers, and the secret of {source.name} and the clock are right")
        return DONE
    if answer.said.get("reason") == "clock" and answer.date is not None:
        off = round((now - answer.date).total_seconds())
        allowed = f"at most {TOLERANCE_SECONDS} are allowed"
        return _fail(f"the clock here is {off:+} seconds off the issuer's; {allowed} (set it)")
    return _report(answer)


def _check_file(file: Path, body: bytes, settings: Settings, source: Source) -> int:
    try:
        approval = event.read(body)
        if approval is not None:
            with opened(settings) as issuer:
                rehearse(issuer, approval, source=source.name, now=clock.now())
    except StrictJsonError as exc:
        return _fail(f"{file} is not strict JSON: {exc}")
    except Refused as exc:
        return _fail(f"{file} needs a correction:", exc.flaws)
    except ConflictError as exc:
        return _fail(f"{file}: {exc} (use a new {exc.which} for another approval)")
    except UnavailableError as exc:
        print(exc, file=sys.stderr)
        return NOT_YET
    print(f"{file} would be accepted")
    if approval is not None:
        _warn(unprintable_texts(approval, settings))
    return DONE


def _report(answer: Reply) -> int:
    """Print what the issuer answered, in plain words, and return the exit code it means."""
    said = answer.said
    if answer.status in (200, 201) and "page" in said:
        print(f"issued: {said['page']}" if answer.status == 201 else f"already: {said['page']}")
        print(f"for the holder alone: {said.get('manage_url')}")
        _warn(_flaws(said.get("warnings", [])))
        return DONE
    if answer.status == 204:
        print("the check was accepted; nothing is stored by it")
        return DONE
    if answer.status == 202:
        print(f"stored, and signed later: {said.get('status_url')}", file=sys.stderr)
        return NOT_YET
    if answer.worth_repeating:
        why = said.get("title") or said.get("detail") or f"status {answer.status}"
        print(f"no answer yet: {why} (send the same file again later)", file=sys.stderr)
        return NOT_YET
    title = said.get("title", "not an answer of a Mintmark issuer (check the address)")
    flaws = _flaws(said.get("errors", []))
    more = [said[key] for key in ("detail", "remedy") if key in said and not flaws]
    return _fail("\n  ".join([f"{answer.status} {title}", *more]), flaws)


def _fail(message: str, flaws: Sequence[Flaw] = ()) -> int:
    print(message, file=sys.stderr)
    _name(flaws)
    return REFUSED


def _warn(flaws: Sequence[Flaw]) -> None:
    if flaws:
        print("the certificate will have boxes in place of letters:", file=sys.stderr)
        _name(flaws)


def _name(flaws: Sequence[Flaw]) -> None:
    for flaw in flaws:
        print(f"  {flaw.field} {flaw.detail}\n    {flaw.remedy}", file=sys.stderr)


def _flaws(told: Sequence[Mapping[str, str]]) -> list[Flaw]:
    return [Flaw("", flaw["field"], flaw["detail"], flaw["remedy"]) for flaw in told]


def source_named(settings: Settings, name: str | None) -> Source | None:
    """Return the source of that name, the first one without a name; print it if there is none."""
    for source in settings.sources:
        if name in (None, source.name):
            return source
    known = ", ".join(source.name for source in settings.sources) or "none"
    print(
        f"no such source in mintmark.toml: {name or '[[sources]]'} (there: {known})",
        file=sys.stderr,
    )
    return None
