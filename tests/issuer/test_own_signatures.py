"""Signatures of a key that is at hand are checked in threes; a wrong one is noticed anywhere."""

import hashlib
import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from issuer.issuance.signing import own_signatures
from issuer.issuance.signing.own_signatures import all_hold
from issuer.issuance.signing.selective import sign_statements
from verifier.public_keys.signature import verify_ecdsa

KEY = ec.derive_private_key(0x5EED << 200, ec.SECP256R1())
SECRET, ORDER = KEY.private_numbers().private_value, own_signatures._N
STATEMENTS = [f"_:b{number} <urn:x> <urn:y> .\n".encode() for number in range(7)]
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
def test_sound_ones_hold_however_many_and_one_is_verified_singly(number, monkeypatch):
    verified = []
    monkeypatch.setattr(
        own_signatures, "verify_ecdsa", lambda *one: verified.append(one) or verify_ecdsa(*one)
    )
    assert hold(SIGNATURES[:number], STATEMENTS[:number])
    assert len(verified) == min(number, 1)


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


@pytest.mark.parametrize("moves", [*itertools.product((-5, 0, 5), repeat=3), (10, 5, 0), (4, 2, 1)])
def test_a_fault_in_several_of_three_does_not_cancel_out(moves):
    """They count once, twice and four times, in which sign the polynomial does not tell."""
    three = [
        signed(nonce, statement, moved=moved)
        for nonce, statement, moved in zip((11, 23, 41), STATEMENTS[1:4], moves, strict=True)
    ]
    assert hold((SIGNATURES[0], *three, *SIGNATURES[4:])) is not any(moves)


def test_what_a_reader_accepts_is_accepted():
    s = int.from_bytes(SIGNATURES[2][32:])
    assert hold(with_one(2, SIGNATURES[2][:32] + (ORDER - s).to_bytes(32)))
    for nonces in ((11, 11, 11), (22, ORDER - 11, 7), (14, 7, ORDER - 7), (22, 11, 11)):
        three = [signed(*one) for one in zip(nonces, STATEMENTS[1:4], strict=True)]
        assert hold((SIGNATURES[0], *three, *SIGNATURES[4:])), nonces


def test_the_public_key_has_to_be_the_one_that_readers_get():
    other = ec.generate_private_key(ec.SECP256R1())
    assert not all_hold(KEY, other.public_key(), STATEMENTS, SIGNATURES)
    assert not hold(sign_statements(other, STATEMENTS), key=other)
