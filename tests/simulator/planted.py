"""A planted folder: forty applicants, twenty-eight sound badges in every carrier, twelve flaws."""

import csv
import json
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import carriers
from world import Issuer, World

from verifier.checks.recipient import identity_hash
from verifier.fetching.fetch import Fetched, FetchError
from verifier.intake import baking

NOW = "2026-11-22T12:00:00Z"
ACHIEVEMENT = "https://district.example/achievements/feedback/1"
POLICY = """
name = "Salary lanes, planted"
lists = ["districts.json"]
greatest_age_days = 1000

[[achievements]]
match = ["https://district.example/achievements/feedback/*"]
least_level = { "Student work" = "Met" }

[exchange]
hours = 0.2
"""


@dataclass(frozen=True)
class Served:
    """A web that a worker can be handed: made like `WebFetch`, it serves what was published."""

    documents: Mapping[str, bytes]

    def __call__(self, *args: str, accept: str = "", max_bytes: int = 0, **_: object) -> Any:
        if not args:
            return self
        if args[0] not in self.documents:
            raise FetchError("http_status", args[0], "answered 404")
        return Fetched(args[0], self.documents[args[0]])


@dataclass(frozen=True)
class Harmful:
    """A web that ends whoever asks it."""

    def __call__(self, url: str = "", **_: object) -> Any:
        if url:
            os.kill(os.getpid(), signal.SIGKILL)
        return self


def served(world: World) -> Served:
    """Return what a world publishes, for another process."""
    return Served({url: body for url, body in world.documents.items() if isinstance(body, bytes)})


def name(number: int) -> str:
    return f"Jordan Example {number:02}"


def badge(world: World, number: int, *, level: str = "met", **changes: Any) -> dict[str, Any]:
    """Return the unsigned badge of one applicant: twelve hours, and a level of the rubric."""
    document = world.badge(id=f"https://district.example/credentials/{number}", **changes)
    document["credentialStatus"]["statusListIndex"] = str(number)
    document["credentialStatus"]["id"] = f"https://district.example/status/1#{number}"
    subject = document["credentialSubject"]
    subject["identifier"][0]["identityHash"] = name(number)
    subject["identifier"][1]["identityHash"] = identity_hash(f"a{number}@school.example", "Kosher")
    hours = {"id": f"{ACHIEVEMENT}#hours", "type": ["ResultDescription"], "name": "Hours"}
    subject["achievement"]["resultDescription"].append({**hours, "resultType": "ext:hours"})
    subject["result"][0]["achievedLevel"] = f"{ACHIEVEMENT}#work.{level}"
    subject["result"].append(
        {"type": ["Result"], "resultDescription": hours["id"], "value": "12"},
    )
    return document


def carried(world: World, number: int, document: dict[str, Any]) -> tuple[str, bytes]:
    """Return a file with a badge in it, in one carrier after another."""
    signed = json.dumps(world.issuer.sign(document))
    jwt = world.issuer.jwt(document)
    return [
        lambda: (".json", signed.encode()),
        lambda: (".jwt", jwt.encode()),
        lambda: (".png", baking.bake_png(carriers.png(), signed)),
        lambda: (".svg", baking.bake_svg(carriers.svg(), jwt)),
        lambda: (".pdf", carriers.pdf(("credential.json", "application/vc", signed))),
        lambda: (".jpg", carriers.saved(carriers.code(carriers.link(jwt)), "JPEG")),
    ][number % 6]()


def plant(world: World, folder: Path) -> dict[str, str]:
    """Fill a folder with the files, `applicants.csv` and the policy beside it; return by whom
    what is flawed was handed in, and the code of the flaw."""
    folder.mkdir()
    files = {n: carried(world, n, badge(world, n)) for n in range(1, 41)}
    flaws = dict(_flaws(world, files))
    world.publish_list({3})
    rows = [("Applicant", "Name", "E-mails", "File")]
    for number, (ending, data) in files.items():
        file = f"{number:02}{ending}"
        (folder / file).write_bytes(data)
        who = "Robin Other" if flaws.get(number) == "name_differs" else name(number)
        email = "" if number in (5, 6) else f"a{number}@school.example"
        rows.append((f"A-{number:02}", who, f"{email}; private@mail.example", file))
    with (folder / "applicants.csv").open("w", newline="", encoding="utf-8-sig") as table:
        csv.writer(table).writerows(rows)
    beside = folder.parent
    (beside / "policy.toml").write_text(POLICY)
    trusted = {"id": world.issuer.did, "name": "Example District", "kind": "district"}
    document = {"type": "MintmarkTrustList", "version": 1, "name": "Test list"}
    document |= {"updated": "2026-11-10T00:00:00Z", "entries": [trusted]}
    (beside / "districts.json").write_text(json.dumps(document))
    return {f"A-{number:02}": code for number, code in flaws.items()}


def _flaws(world: World, files: dict[int, tuple[str, bytes]]) -> Any:
    """Yield twelve kinds of flaws as they are planted, with their numbers."""

    def signed(document: dict[str, Any], issuer: Issuer = world.issuer) -> tuple[str, bytes]:
        return ".json", json.dumps(issuer.sign(document)).encode()

    tampered = world.issuer.sign(badge(world, 1))
    tampered["credentialSubject"]["achievement"]["name"] = "Superintendent"
    files[1] = ".json", json.dumps(tampered).encode()
    yield 1, "signature_wrong"
    files[2] = signed(badge(world, 2, validUntil="2026-11-05T00:00:00Z"))
    yield 2, "expired"
    yield 3, "revoked"
    stranger = Issuer("did:web:stranger.example")
    world.publish_issuer(stranger)
    unlisted = badge(world, 4) | {"issuer": {"id": stranger.did, "type": ["Profile"]}}
    del unlisted["credentialStatus"]
    files[4] = signed(unlisted, stranger)
    yield 4, "not_listed"
    files[5] = ".json", files[5][1]
    yield 5, "name_differs"
    files[6] = files[7]
    yield 6, "used_by_another"
    files[8] = ".png", carriers.png()
    yield 8, "no_credential_in_picture"
    files[9] = ".docx", b"PK\x03\x04 a curriculum vitae"
    yield 9, "office_file"
    files[10] = signed(badge(world, 10, awardedDate="2021-01-01T00:00:00Z"))
    yield 10, "too_old"
    files[11] = signed(badge(world, 11, level="soon"))
    yield 11, "level_below"
    other = badge(world, 12)
    text = json.dumps(other).replace("/achievements/feedback/1", "/achievements/parking/1")
    files[12] = signed(json.loads(text))
    yield 12, "achievement_not_counted"
    files[13] = signed(badge(world, 13), stranger)
    yield 13, "key_of_another"
