"""`mintmark backup FOLDER`: a copy of the whole home that can be put back at any time (P11).

The copy is marked as one, so that an issuer started from it hands out no status place twice.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, make_url

from contexts.errors import MintmarkError
from issuer.home.settings import Settings
from issuer.issuance.status_lists import mark
from keys import durable_file

DUMP = "mintmark.dump"
"""What `pg_dump` writes; `pg_restore` reads it."""
NOTE = ".backup"
"""The file in the home that says when the newest backup was made, and where."""
_DATED = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")
_OF_USE_HERE = shutil.ignore_patterns(durable_file.UNFINISHED, "*.lock", ".health", ".doctor", NOTE)
"""What only this server uses, and only now."""


class NotCopiedError(MintmarkError):
    """Nothing was backed up. The message says why, and what to do."""


def back_up_dated(settings: Settings, folder: Path, *, keep: int, now: datetime) -> Path:
    """Copy the home to a new folder in `folder`, named by the moment, and return it; of the
    folders that are named so, the newest `keep` stay."""
    target = folder / f"{now:%Y-%m-%dT%H%M%SZ}"
    back_up(settings, target, now=now)
    dated = sorted(entry for entry in folder.iterdir() if _DATED.fullmatch(entry.name))
    for old in dated[:-keep]:
        shutil.rmtree(old)
    return target


def back_up(settings: Settings, folder: Path, *, now: datetime) -> None:
    """Copy the home to `folder`, which is new, while the issuer runs: all of it, or nothing.

    The database is first, as a start takes in what was published since. The keys are last, as a key
    must not be published that the copy does not have. The passphrase stays where it is.
    """
    if folder.exists():
        raise NotCopiedError(f"{folder} is there already: name a new folder")
    if folder.resolve().is_relative_to(settings.home):
        raise NotCopiedError(f"{folder} lies in the home: name one on another disk")
    draft = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700, parents=True)
        files = _copy_database(settings, draft)
        shutil.copytree(settings.public, draft / "public", ignore=_OF_USE_HERE)
        mark.write_copied(replace(settings, home=draft))
        _copy_rest(settings, draft, {*files, settings.passphrase_file})
        os.sync()
        draft.rename(folder)
    except (OSError, sqlite3.Error) as exc:
        raise NotCopiedError(f"nothing is backed up in {folder}: {exc}") from exc
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    note = {"at": now.isoformat(), "folder": str(folder.resolve())}
    durable_file.replace(settings.home / NOTE, json.dumps(note).encode(), mode=0o600)


def _copy_database(settings: Settings, draft: Path) -> set[Path]:
    """Copy the database as it is at one moment; return the files that are not to be copied."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "postgresql":
        _dump(url, draft / DUMP)
        return set()
    file = Path(url.database or "").resolve()
    copy = draft / file.name
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(file)) as database:
        database.execute("VACUUM INTO ?", (str(copy),))
    return {file.with_name(file.name + suffix) for suffix in ("", "-wal", "-shm", "-journal")}


def _dump(url: URL, file: Path) -> None:
    """Let `pg_dump` write `file`. The password is not on its command line, which all can read."""
    plain = URL.create(
        *("postgresql", url.username, None, url.host, url.port, url.database), url.query
    )
    password = {"PGPASSWORD": url.password} if url.password else {}
    to = ["--format=custom", f"--file={file}"]
    try:
        subprocess.run(
            ["pg_dump", *to, f"--dbname={plain.render_as_string()}"],  # noqa: S607 (where it is, is the system's)
            env=os.environ | password,
            check=True,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError as exc:
        raise NotCopiedError("pg_dump is missing: install PostgreSQL's client programs") from exc
    except subprocess.CalledProcessError as exc:
        raise NotCopiedError(f"nothing is backed up: {exc.stderr.strip()}") from exc


def _copy_rest(settings: Settings, draft: Path, left_out: set[Path]) -> None:
    """Copy what else lies in the home, such as settings, logo and keys."""

    def ignore(folder: str, names: list[str]) -> set[str]:
        here = Path(folder)
        not_here = left_out | {settings.public, settings.applicants}
        apart = {name for name in names if here / name in not_here}
        return apart | _OF_USE_HERE(folder, names)

    shutil.copytree(settings.home, draft, ignore=ignore, dirs_exist_ok=True)
