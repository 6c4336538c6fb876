"""Signatures of a key that is at hand are checked in pairs; a wrong one is noticed in any place."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from issuer.issuance.signing import own_signatures
from issuer.issuance.signing.own_signatures import all_hold
from issuer.issuance.signing.selective import sign_statements
from verifier.public_keys.signature import verify_ecdsa

KEY = ec.derive_private_key(0x5EED << 200, ec.SECP256R1())
SECRET, ORDER = KEY.private_numbers().private_value, own_signatures._N
STATEMENTS = [f"_:b{number} <urn:x> <urn:y> .\n".encode() for number in range(6)]
SIGNATURES = sign_statements(KEY, STATEMENTS)


def hold(signatures, statements=STATEMENTS, key=KEY):
    return all_hold(key, KEY.public_key(), statements, signatures)


def with_one(place, signature):
    return (*SIGNATURES[:place], signature, *SIGNATURES[place + 1 :])


def signed(nonce, statement, *, moved=0):
    """A signature by a nonce, with its point moved as by a fault of the machine."""
    point = ec.derive_private_key((nonce + moved) % ORDER, ec.SECP256R1()).public_key()
    r = point.public_numbers().x % ORDER
    e = int.from_bytes(hashlib.sha256(statement).digest())
    return r.to_bytes(32) + ((e + r * SECRET) * pow(nonce, -1, ORDER) % ORDER).to_bytes(32)


@pytest.mark.parametrize("number", range(len(STATEMENTS) + 1))
def test_sound_ones_hold_however_many_and_few_are_verified_singly(number, monkeypatch):
    verified = []
    monkeypatch.setattr(
        own_signatures, "verify_ecdsa", lambda *one: verified.append(one) or verify_ecdsa(*one)
    )
    assert hold(SIGNATURES[:number], STATEMENTS[:number])
    assert len(verified) == min(number, 2 - number % 2)


@pytest.mark.parametrize("place", range(len(STATEMENTS)))
def test_a_wrong_one_is_noticed_in_every_place(place):
    signature, other = SIGNATURES[place], SIGNATURES[place - 1]
    r, s = signature[:32], signature[32:]
    wrong = [
        bytes([signature[0] ^ 1]) + signature[1:],
        signature[:-1] + bytes([signature[-1] ^ 1]),
        other,
        s + r,
        other[:32] + s,
        bytes(32) + s,
        r + bytes(32),
        r + ORDER.to_bytes(32),
        bytes(64),
    ]
    assert not any(hold(with_one(place, one)) for one in wrong)
    changed = [*STATEMENTS[:place], b"_:b <urn:x> <urn:z> .\n", *STATEMENTS[place + 1 :]]
    assert not hold(SIGNATURES, changed)


def test_one_fault_in_both_of_a_pair_does_not_cancel_out():
    nonces = 11, 23
    for moves in [(5, 5), (5, -5), (-5, 5), (10, 5), (5, 0), (0, 5)]:
        pair = [
            signed(nonce, statement, moved=moved)
            for nonce, statement, moved in zip(nonces, STATEMENTS[2:4], moves, strict=True)
        ]
        assert not hold((*SIGNATURES[:2], *pair, *SIGNATURES[4:])), moves
    pair = [signed(nonce, s) for nonce, s in zip(nonces, STATEMENTS[2:4], strict=True)]
    assert hold((*SIGNATURES[:2], *pair, *SIGNATURES[4:]))


def test_what_a_reader_accepts_is_accepted():
    s = int.from_bytes(SIGNATURES[2][32:])
    assert hold(with_one(2, SIGNATURES[2][:32] + (ORDER - s).to_bytes(32)))
    same_points = [signed(11, STATEMENTS[2]), signed(11, STATEMENTS[3])]
    assert hold((*SIGNATURES[:2], *same_points, *SIGNATURES[4:]))
    to_nothing = [signed(22, STATEMENTS[2]), signed(ORDER - 11, STATEMENTS[3])]
    assert hold((*SIGNATURES[:2], *to_nothing, *SIGNATURES[4:]))


def test_the_public_key_has_to_be_the_one_that_readers_get():
    other = ec.generate_private_key(ec.SECP256R1())
    assert not all_hold(KEY, other.public_key(), STATEMENTS, SIGNATURES)
    assert not hold(sign_statements(other, STATEMENTS), key=other)
