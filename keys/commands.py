"""`mintmark keys …`: create, list, rotate, retire, compromise and export.

`add_commands` adds the parser; the program then calls `run` with what the command line and the
settings gave, and publishes the DID document and JWKS again if `changes_keys` says so.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from keys import durable_file
from keys.documents import verification_method
from keys.entry import DID_KEY, KeyEntry, KeyUse, format_time, public_half
from keys.keyring import ALL_USES, ISSUING_USES, Keyring
from keys.passphrase import read_file
from keys.signer import KeysError

Passphrase: TypeAlias = Callable[[], bytes]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_commands(subparsers: Commands) -> argparse.ArgumentParser:
    """Add `keys` and its own subcommands to a program's `subparsers`; return its parser."""
    keys = subparsers.add_parser("keys", help="make, list and replace the signing keys")
    commands = keys.add_subparsers(dest="keys_command", metavar="COMMAND", required=True)
    create = commands.add_parser("create", help="make the active keys that the settings ask for")
    create.add_argument("--use", type=KeyUse, choices=ALL_USES, help="only a key of this use")
    commands.add_parser("list", help="show all keys, without a passphrase")
    rotate = commands.add_parser("rotate", help="replace active keys; the old stay published")
    rotate.add_argument("--use", type=KeyUse, choices=ALL_USES, help="only the key of this use")
    retire = commands.add_parser("retire", help="make a key sign no more; it stays published")
    compromise = commands.add_parser(
        "compromise", help="publish that a key's signatures from a date on count for nothing"
    )
    export = commands.add_parser("export", help="print a public key, or save an encrypted copy")
    for command in (retire, compromise, export):
        command.add_argument("key", metavar="KEY", help="the key's name, as `list` shows it")
    compromise.add_argument(
        "--since",
        type=_time,
        metavar="DATE",
        help="when somebody else may first have had it (UTC; now, unless given)",
    )
    compromise.add_argument("--reason", required=True, help="what happened; kept with the key")
    export.add_argument(
        "--private", type=Path, metavar="FILE", help="save the private key, encrypted, in FILE"
    )
    export.add_argument(
        "--export-passphrase-file",
        type=Path,
        metavar="FILE",
        help="what to encrypt it with: a file with a random passphrase",
    )
    return keys


def changes_keys(args: argparse.Namespace) -> bool:
    """Return whether the command changes what is published."""
    return args.keys_command in {"create", "rotate", "retire", "compromise"}


def run(
    args: argparse.Namespace,
    *,
    home: Path,
    issuer_id: str,
    passphrase: Passphrase,
    now: datetime,
    uses: Sequence[KeyUse] = ISSUING_USES,
) -> None:
    """Do the `keys` command in `args` on the keys in `home`. Raises `KeysError`.

    `uses` are those that the issuer signs with. `passphrase` is called only by commands that
    open a private key.
    """
    keyring = Keyring(home)
    now = now.astimezone(UTC).replace(microsecond=0)
    match args.keys_command:
        case "create":
            _create(keyring, issuer_id, passphrase, now, [args.use] if args.use else uses)
        case "list":
            _list(keyring)
        case "rotate":
            _rotate(keyring, issuer_id, passphrase, now, args.use)
        case "retire":
            entry = keyring.retire(args.key, now=now)
            print(f"{entry.id} is retired. It stays published, and signs no more.")
            _warn_if_did_key(issuer_id)
        case "compromise":
            _compromise(keyring, issuer_id, args, now)
        case "export":
            _export(keyring, issuer_id, passphrase, args)


def _create(
    keyring: Keyring, issuer_id: str, passphrase: Passphrase, now: datetime, uses: Sequence[KeyUse]
) -> None:
    if issuer_id.startswith(DID_KEY):
        raise KeysError(
            f"{issuer_id} is a key already, and a new one would be another issuer: to begin as"
            " did:key, leave issuer.id out of mintmark.toml, create keys, then set it to did:key:"
            " and the public key of the proof key"
        )
    _print_table(keyring.create(passphrase(), now=now, uses=uses))


def _rotate(
    keyring: Keyring, issuer_id: str, passphrase: Passphrase, now: datetime, use: KeyUse | None
) -> None:
    if issuer_id.startswith(DID_KEY):
        raise KeysError(
            f"{issuer_id} is its key, so a new key is a new issuer: to rotate keys, become a"
            " did:web issuer and issue from there"
        )
    _print_table(keyring.rotate(passphrase(), now=now, uses=[use] if use else ALL_USES))
    print("The keys before these are retired: they stay published, and sign no more.")
    print(
        "Next: mintmark backup, and a new mintmark trust-entry for those who check without asking"
    )


def _list(keyring: Keyring) -> None:
    entries = keyring.entries()
    if not entries:
        raise KeysError(f"there are no keys in {keyring.folder}: mintmark keys create")
    _print_table(entries)


def _compromise(keyring: Keyring, issuer_id: str, args: argparse.Namespace, now: datetime) -> None:
    entry = keyring.compromise(args.key, since=args.since or now, reason=args.reason, now=now)
    print(
        f"{entry.id} is compromised since {format_time(entry.revoked or now)}: what is dated"
        " from then on is refused, and what is dated before is in doubt, as a thief can write"
        " any date."
    )
    print("Next: mintmark keys create, and docs/keys.md for what to award again")
    _warn_if_did_key(issuer_id)


def _export(
    keyring: Keyring, issuer_id: str, passphrase: Passphrase, args: argparse.Namespace
) -> None:
    if args.private is None:
        entry = keyring.entry(args.key)
        print(json.dumps(verification_method(issuer_id, entry), indent=2))
        return
    if args.export_passphrase_file is None:
        raise KeysError("--private needs --export-passphrase-file: a key leaves only encrypted")
    export_passphrase = read_file(args.export_passphrase_file)
    pem = keyring.export_private(args.key, passphrase(), export_passphrase)
    try:
        durable_file.create(args.private, pem, mode=0o600)
    except OSError as exc:
        raise KeysError(f"cannot write {args.private}: {exc.strerror}") from exc
    print(f"{args.private} holds the private key, encrypted (PKCS#8).")


def _warn_if_did_key(issuer_id: str) -> None:
    if issuer_id.startswith(DID_KEY):
        print("Nobody else can learn this: a did:key issuer has no document to publish it in.")


def _print_table(entries: Iterable[KeyEntry]) -> None:
    rows: list[Sequence[str]] = [("KEY", "USE", "ALGORITHM", "CREATED", "STATE", "PUBLIC KEY")]
    for entry in entries:
        last = entry.revoked or entry.retired
        state = f"{entry.state} {last:%Y-%m-%d}" if last else str(entry.state)
        public_key = public_half(entry.public_key).get("publicKeyMultibase", "see export")
        created = f"{entry.created:%Y-%m-%d}"
        rows.append((entry.id, entry.use, entry.algorithm, created, state, public_key))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


def _time(text: str) -> datetime:
    """Return the time `text`, a day or an ISO 8601 time; one without a zone is UTC."""
    try:
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=time.tzinfo or UTC, microsecond=0).astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        wrong = f"{text!r} is no day such as 2026-11-20 and no time such as 2026-11-20T15:00:00Z"
        raise argparse.ArgumentTypeError(wrong) from exc
