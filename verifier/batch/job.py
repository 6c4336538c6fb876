"""One check, made from the submitted files and the rules: for the command and for the page."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from verifier import trust
from verifier.batch import policy
from verifier.batch.applicants import read_submissions, spelling
from verifier.batch.checker import Task
from verifier.batch.files import AS_FOLDER, BatchError
from verifier.batch.run import BatchJob
from verifier.batch.sheet import RecordedFile
from verifier.batch.sources import Source, name_of
from verifier.batch.table import is_table
from verifier.fetching.fetch import Fetch
from verifier.options.pinned import Pin
from verifier.parsing.strict_toml import TomlError
from verifier.trust import TrustListError
from verifier.wording.words import N_

_FAULT = N_("{file}: {fault}")
_TWO_POLICIES = N_("{files} may each be the policy: hand in one file that ends with .toml")
_NO_LIST = N_(
    "{file}: lists names “{list}”, which was not handed in: choose the policy together with its "
    "lists"
)
_POLICY_ENDS = ".toml"


@dataclass(frozen=True, slots=True)
class Rules:
    """A policy with its trust lists, in bytes, and how the record names them."""

    policy: bytes
    lists: tuple[bytes, ...]
    name: str
    files: tuple[RecordedFile, ...]


def lists_of(text: bytes, file: str) -> tuple[str, ...]:
    """Return the names of the trust lists in the policy `file`; `BatchError`."""
    try:
        return policy.list_names(text)
    except TomlError as exc:
        raise BatchError(_FAULT, file=file, fault=str(exc)) from exc


def rules_among(
    handed_in: Mapping[str, bytes],
) -> tuple[str, bytes, list[tuple[str, bytes]]]:
    """Return the policy's name and text among files by their names, and the lists that it names;
    without a policy, all files as lists.

    They are files that were handed in with it, and no others, wherever their names lead (T31)."""
    policies = [name for name in handed_in if name.lower().endswith(_POLICY_ENDS)]
    if len(policies) > 1:
        raise BatchError(_TWO_POLICIES, files=", ".join(policies))
    if not policies:
        return "", b"", list(handed_in.items())
    (file,) = policies
    text, lists, meant = handed_in[file], [], spelling(handed_in)
    for name in lists_of(text, file):
        data = handed_in.get(meant(name.replace("\\", "/").rpartition("/")[2]))
        if data is None:
            raise BatchError(_NO_LIST, file=file, list=name)
        lists.append((name, data))
    return file, text, lists


def rules(file: str, text: bytes, lists: Sequence[tuple[str, bytes]]) -> Rules:
    """Return the rules in the policy `file`, if that is not empty, with lists by their names.

    Raises `BatchError`, which names the file, the key and what to correct.
    """
    try:
        name = policy.parse(text, ()).name
    except TomlError as exc:
        raise BatchError(_FAULT, file=file, fault=str(exc)) from exc
    files = [_recorded("Policy", file, text)] if file else []
    for place, data in lists:
        try:
            listed = trust.load(data)
        except TrustListError as exc:
            raise BatchError(_FAULT, file=place, fault=str(exc)) from exc
        about = f"List “{listed.name}”, as of {listed.updated:%Y-%m-%d}"
        files.append(_recorded(about, place, data))
    return Rules(text, tuple(data for _, data in lists), name, tuple(files))


def make(
    source: Source,
    rules: Rules,
    *,
    ask: Callable[[], Fetch],
    at: datetime | None = None,
    pins: tuple[Pin, ...] = (),
    options: tuple[str, ...] = (),
    name: str = "",
) -> BatchJob:
    """Return the check of `source` by `rules`, whose own files are not checked, wherever they lie;
    the results call it `name`. Raises `BatchError` if it is not clear who handed in what."""
    files = [*rules.files, *(_recorded(f"Context {pin.url}", pin.file, pin.data) for pin in pins)]
    submissions = read_submissions(source, rules.files)
    if submissions.table_sha256:
        files.append(RecordedFile(submissions.table_name, submissions.table_sha256, "Applicants"))
    if isinstance(source, Path) and _is_zip(source):
        with source.open("rb") as zipped:
            digest = hashlib.file_digest(zipped, "sha256").hexdigest()
        files.append(RecordedFile(name or source.name, digest, "Zip"))
    task = Task(source, rules.policy, rules.lists, ask, at, pins)
    title = rules.name or name or name_of(source)
    return BatchJob(submissions, task, name or str(source), title, tuple(files), options)


def _is_zip(source: Path) -> bool:
    return source.is_file() and source.suffix != AS_FOLDER and not is_table(source.name)


def _recorded(about: str, file: str, data: bytes) -> RecordedFile:
    return RecordedFile(file, hashlib.sha256(data).hexdigest(), about)
