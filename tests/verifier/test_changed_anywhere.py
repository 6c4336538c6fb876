"""One member taken away, doubled, or of another kind, in what is handed in or in what is fetched
for it: a report comes out, and it can be printed (T9). `make fuzz` tries many more."""

import json
import os
import random
from contextlib import suppress
from copy import deepcopy

from cases import CASES, VICTIM
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from other_cases import CHALLENGE, DOMAIN, OTHERS, of_fixed_keys
from signed_list import LIST, STATE, jcs
from world import NOW, World

from verifier import trust
from verifier.parsing import base64url
from verifier.proof import jose
from verifier.trust import TrustListError
from verifier.trust_lists.obtain import obtain
from verifier.wording import printed

TRIES = int(os.environ.get("FUZZ_CHANGES", "200"))
ASKED = {"challenge": CHALLENGE, "domain": DOMAIN}
ALL = [make for name, make in (CASES | OTHERS).items() if name != "too much"]
ODD = [
    *(None, 7, -1, 0, True, False, 1.5, 1e300, 10**30, 253402300800, "", "x", "{", "~", "a.b.c"),
    *([], {}, [None], [["x"]], {"id": 7}, {"id": "urn:x"}, {"@value": "x"}, ["a", "b"]),
    *("urn:x:y", "did:web:", "https://[", "data:,", "2026-02-30T00:00:00Z"),
    *("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "\ud800"),
]


def holders(node):
    """Yield each object and list with something in it."""
    items = [*node.values()] if isinstance(node, dict) else node if isinstance(node, list) else []
    if items:
        yield node
    for item in items:
        yield from holders(item)


def changed(document, dice):
    """Return a document that is otherwise in one place."""
    document = deepcopy(document)
    places = [*holders(document)]
    if not places:
        return document
    holder = dice.choice(places)
    place = dice.choice([*holder] if isinstance(holder, dict) else range(len(holder)))
    how = dice.choice(["leave out", "double", "replace", "replace"])
    if how == "leave out":
        del holder[place]
    else:
        odd = dice.choice(ODD)
        holder[place] = [holder[place], odd] if how == "double" else odd
    return document


def changed_text(world, text, dice):
    """Return JSON, or a token of the world's issuer, signed again, that is otherwise in one
    place."""
    try:
        return json.dumps(changed(json.loads(text), dice))
    except ValueError:
        token, tilde, rest = text.partition("~")
    try:
        header, payload, _ = token.split(".")
        parts = [json.loads(base64url.decode(part)) for part in (header, payload)]
    except ValueError:  # neither
        return text[: dice.randrange(len(text) + 1)]
    which = dice.choice([0, 1, 1, 1])
    parts[which] = changed(parts[which], dice)
    signed = jose.signing_input(parts[0], json.dumps(parts[1]).encode())
    r, s = decode_dss_signature(world.issuer.jwt_key.sign(signed, ec.ECDSA(SHA256())))
    return jose.compact(signed, r.to_bytes(32) + s.to_bytes(32)) + tilde + rest


def text_of(data):
    data = data if isinstance(data, bytes | str) else json.dumps(data)
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else data


def test_whatever_is_changed_a_report_comes_out():
    dice = random.Random(20261130)
    for _ in range(TRIES):
        world = World(issuer=of_fixed_keys(VICTIM, 1))
        text = text_of(dice.choice(ALL)(world))
        if dice.random() < 0.5:
            text = changed_text(world, text, dice)
        for url in dice.sample([*world.documents], k=dice.choice([0, 1, 2])):
            if isinstance(body := world.documents[url], bytes):
                world.documents[url] = changed_text(world, text_of(body), dice).encode()
        lists = dice.choice([[], [world.trust_list(world.issuer)]])
        by = dice.choice([None, "a@example.com", "did:web:x", "A B"])
        for report in world.verify_all(
            text.encode(), general=True, trust=lists, presented_by=by, **ASKED
        ):
            printed.dumps(printed.as_json(report))
            printed.as_text("credential", report, details=True)


def test_whatever_is_changed_in_a_trust_list_it_is_read_or_refused():
    dice = random.Random(20261130)
    entry = {"id": VICTIM, "name": "A", "kind": "district", "validFrom": "2026-11-10T00:00:00Z"}
    plain = {"type": "MintmarkTrustList", "version": 1, "name": "Ours", "entries": [entry]}
    plain |= {"updated": "2026-11-10T00:00:00Z", "endorsements": ["a.b.c", {"id": "x"}]}
    issue = {"action": "issue", "validUntil": "2027-01-01T00:00:00Z"}
    entity = LIST["credentialSubject"][0] | {"recognizedTo": [issue, {"action": "endorse"}]}
    for _ in range(TRIES):
        world = World()
        world.publish_issuer(STATE)
        url = "https://a.example/list"
        for document in (
            changed(plain, dice),
            {**LIST, "credentialSubject": changed([entity], dice)},
        ):
            text = json.dumps(document)
            is_signed = document.get("type") == LIST["type"] and "\\ud800" not in text
            world.documents[url] = (jcs(document) if is_signed else text).encode()
            with suppress(TrustListError):
                trust.load(json.dumps(obtain(url, fetch=world.fetch, now=NOW)).encode())
