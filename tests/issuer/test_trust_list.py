"""A state that runs Mintmark signs a trust list; a district's verifier keeps it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from issuer.__main__ import main
from issuer.home.published import fetch_own
from issuer.recognition import trust_list
from verifier import trust
from verifier.fetching.fetch import Fetched
from verifier.trust import TrustListError
from verifier.trust_lists import following

URL = "https://lists.example/districts.json"
DISTRICT = {"id": "did:web:badges.one.example", "name": "District One", "kind": "district"}
REGION = {"id": "did:web:region.example", "name": "Region", "kind": "consortium"}
LIST = {
    "type": "MintmarkTrustList",
    "version": 1,
    "name": "Districts of the State",
    "updated": "2026-11-01T00:00:00Z",
    "entries": [
        DISTRICT | {"validFrom": "2026-01-01T00:00:00Z", "validUntil": "2026-12-01T00:00:00Z"},
        REGION,
    ],
}


def loaded(*entries):
    return trust.load(json.dumps(LIST | ({"entries": list(entries)} if entries else {})).encode())


@pytest.fixture
def add(issuer, tmp_path, now):
    """Keep what is signed, as a verifier does that finds it at an address."""

    def add(signed):
        def fetch(url, *, accept, max_bytes):
            if url != URL:
                return fetch_own(issuer.settings)(url, accept=accept, max_bytes=max_bytes)
            return Fetched(url, signed)

        return following.add(tmp_path / "kept", URL, ask=lambda: fetch, now=now)

    return add


def test_what_a_state_signs_is_what_a_verifier_keeps(issuer, add, now):
    followed = add(trust_list.sign(loaded(), issuer, now=now, days=30))
    assert (followed.name, followed.keeper) == ("Districts of the State", issuer.settings.issuer_id)
    one, region = followed.entries[DISTRICT["id"]], followed.entries[REGION["id"]]
    assert (one.name, one.endorses, region.endorses) == ("District One", False, True)
    assert (one.valid_from.month, one.valid_until.month) == (1, 12)
    assert region.valid_until == now + timedelta(days=30)


@pytest.mark.parametrize("proofs", [["eddsa-jcs-2022"], ["eddsa-rdfc-2022", "eddsa-jcs-2022"]])
def test_the_proof_signs_the_json_whatever_the_credentials_carry(issuer, add, now, proofs):
    issuer.settings = replace(issuer.settings, proofs=tuple(proofs))
    signed = trust_list.sign(loaded(), issuer, now=now, days=30)
    assert [proof["cryptosuite"] for proof in json.loads(signed)["proof"]] == ["eddsa-jcs-2022"]
    assert len(add(signed).entries) == 2


def test_an_entry_that_nobody_looked_at_is_not_signed(issuer, now):
    with pytest.raises(TrustListError, match="verified by no person"):
        trust_list.sign(loaded(DISTRICT | {"unverified": "a directory"}), issuer, now=now, days=30)


def test_a_list_that_would_not_be_taken_is_not_signed(issuer, now):
    with pytest.raises(TrustListError, match="not accepted"):
        trust_list.sign(loaded(), issuer, now=now, days=-1)


def test_the_command_prints_the_signed_list(home, tmp_path, capsys):
    source = tmp_path / "list.json"
    source.write_text(json.dumps(LIST))
    assert main(["--home", str(home), "trust-list", str(source), "--days", "30"]) == 0
    assert json.loads(capsys.readouterr().out)["type"][1] == "RecognizedEntityCredential"
    source.write_text("{}")
    assert main(["--home", str(home), "trust-list", str(source)]) == 1
    assert "mintmark trust-list: not a trust list" in capsys.readouterr().err
