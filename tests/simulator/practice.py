"""The folder to practice on, `verifier/batch/practice`: nine things of eight applicants.

It needs no network: the keys of its issuer, which is made up, stand in its trust list. To write
it anew: `python tests/simulator/practice.py`.
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import carriers  # noqa: E402
from world import Issuer, World  # noqa: E402

from verifier.checks.recipient import identity_hash  # noqa: E402
from verifier.intake import baking  # noqa: E402

FOLDER = ROOT / "verifier" / "batch" / "practice"
SITE = "https://badges.district.example"
DISTRICT = Issuer(
    "did:web:badges.district.example",
    ed25519.Ed25519PrivateKey.from_private_bytes(b"practice".ljust(32, b".")),
    ec.derive_private_key(0x9AC71CE, ec.SECP256R1()),
)
POLICY = """\
name = "Salary lanes, for practice"
lists = ["districts.json"]

[[achievements]]
match = ["https://badges.district.example/achievements/*", "Feedback that *"]
least_level = { "Student work" = "Met" }

[exchange]
hours = 0.2
"""
ROWS = (
    ("A-01", "Jordan Example", "jordan@school.example", "jordan.png"),
    ("A-01", "Jordan Example", "jordan@school.example", "jordan 2.pdf"),
    ("A-02", "Robin Example", "robin@school.example", "robin.json"),
    ("A-03", "Sam Example", "sam@school.example", "sam.jwt"),
    ("A-04", "Alex Married-Name", "alex@new.example", "alex.svg"),
    ("A-05", "Kim Example", "kim@school.example", "photo.jpg"),
    ("A-06", "Lee Example", "lee@school.example", "screenshot.png"),
    ("A-07", "Pat Example", "pat@school.example", "feedback.json"),
    ("A-08", "Chris Example", "chris@school.example", ""),
)
"""Sound, sound, changed, ended, under another name, sound, a screenshot, another's, nothing."""


def badge(name: str, number: int, **changes: Any) -> dict[str, Any]:
    """Return an unsigned badge of twelve hours, issued to an address."""
    text = json.dumps(World(DISTRICT).badge(id=f"{SITE}/credentials/{number}", **changes))
    document = json.loads(text.replace("https://district.example", SITE))
    document["issuer"]["name"] = "Example District"
    del document["credentialStatus"]
    subject = document["credentialSubject"]
    address = f"{name.split()[0].lower()}@school.example"
    subject["identifier"][0]["identityHash"] = name
    subject["identifier"][1]["identityHash"] = identity_hash(address, "Kosher")
    hours = f"{SITE}/achievements/feedback/1#hours"
    kind = {"id": hours, "type": ["ResultDescription"], "name": "Hours", "resultType": "ext:hours"}
    subject["achievement"]["resultDescription"].append(kind)
    subject["result"].append({"type": ["Result"], "resultDescription": hours, "value": "12"})
    return document


def write(folder: Path) -> None:
    """Write the applicants' files, their table, and the policy with its list beside them."""
    signed = {
        name: json.dumps(DISTRICT.sign(badge(f"{name} Example", number)))
        for number, name in enumerate(("Jordan", "Robin", "Alex"), 1)
    }
    other = json.dumps(badge("Jordan Example", 4)).replace(
        "achievements/feedback", "achievements/asking"
    )
    other = other.replace("Feedback that moves learners", "Questions that open a lesson")
    second = json.dumps(DISTRICT.sign(json.loads(other)))
    ended = DISTRICT.jwt(badge("Sam Example", 5, validUntil="2026-11-10T00:00:00Z"))
    kim = DISTRICT.jwt(badge("Kim Example", 6))
    files = {
        "jordan.png": baking.bake_png(carriers.png((600, 600)), signed["Jordan"]),
        "jordan 2.pdf": carriers.pdf(("credential.json", "application/vc", second)),
        "robin.json": signed["Robin"].replace('"12"', '"120"').encode(),
        "sam.jwt": ended.encode(),
        "alex.svg": baking.bake_svg(carriers.svg(), signed["Alex"]),
        "photo.jpg": carriers.saved(carriers.code(carriers.link(kim)), "JPEG", quality=40),
        "screenshot.png": carriers.png((600, 400)),
        "feedback.json": signed["Jordan"].encode(),
    }
    inside = folder / "applicants"
    inside.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (inside / name).write_bytes(data)
    with (inside / "applicants.csv").open("w", newline="", encoding="utf-8") as table:
        csv.writer(table).writerows([("applicant", "name", "e-mails", "file"), *ROWS])
    entry = {"id": DISTRICT.did, "name": "Example District", "kind": "district"}
    entry |= {"didDocument": DISTRICT.document, "retrieved": "2026-11-10T00:00:00Z"}
    listed = {"type": "MintmarkTrustList", "version": 1, "name": "Districts, for practice"}
    listed |= {"updated": "2026-11-10T00:00:00Z", "entries": [entry]}
    (folder / "districts.json").write_text(json.dumps(listed, indent=1) + "\n")
    (folder / "policy.toml").write_text(POLICY)


if __name__ == "__main__":
    write(FOLDER)
