"""Multikey and base58: one writing for each key, and no key that fits every message (T24)."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from verifier.public_keys.multikey import (
    MAX_BASE58,
    MultikeyError,
    base58_decode,
    base58_encode,
    decode,
    ed25519_key,
    encode,
    multibase_decode,
)

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER_8 = {
    # From the curve equation: doubling (x, y) four times over must give the neutral point.
    2707385501144840649318225287225658788936804267575313519463743609750303402022,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
}
NOT_CANONICAL = (P, P + 1, P + 2, 2**255 - 1)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"\0", "1"),
        (b"\0\0a", "112g"),
        (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
        (bytes.fromhex("0000287fb4cd"), "11233QC4"),
        (b"\xff" * 4, "7YXq9G"),
    ],
)
def test_base58_is_written_and_read_as_published(data, text):
    assert base58_encode(data) == text
    assert base58_decode(text) == data


@pytest.mark.parametrize("text", ["0", "O", "I", "l", " 2", "2\n", "é", "２"])
def test_a_character_outside_base58_is_refused(text):
    with pytest.raises(MultikeyError, match="not base58"):
        base58_decode(text)


def test_a_text_too_long_to_decode_is_refused():
    assert len(base58_decode("2" * MAX_BASE58)) > 180
    with pytest.raises(MultikeyError, match="longer than"):
        base58_decode("2" * (MAX_BASE58 + 1))


@pytest.mark.parametrize("text", ["", "u" + "A" * 44, "Z2", "f00"])
def test_another_base_than_base58btc_is_refused(text):
    with pytest.raises(MultikeyError, match="must start with z"):
        multibase_decode(text)


@pytest.mark.parametrize(
    ("private", "prefix"),
    [
        (ed25519.Ed25519PrivateKey.generate(), "z6Mk"),
        (ec.generate_private_key(ec.SECP256R1()), "zDn"),
        (ec.generate_private_key(ec.SECP384R1()), "z82"),
        (ec.generate_private_key(ec.SECP521R1()), "z2J9"),
    ],
    ids=["Ed25519", "P-256", "P-384", "P-521"],
)
def test_a_key_comes_back_as_it_went(private, prefix):
    key = private.public_key()
    assert encode(key).startswith(prefix)
    assert decode(encode(key)) == key


def test_a_curve_without_a_multikey_is_refused():
    with pytest.raises(MultikeyError, match="no Multikey"):
        encode(ec.generate_private_key(ec.SECP256K1()).public_key())


POINT = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
COMPRESSED = bytes([2 + POINT.y % 2]) + POINT.x.to_bytes(32)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xed\x01", id="no key"),
        pytest.param(b"\xed\x01" + bytes([9] * 31), id="31 bytes"),
        pytest.param(b"\xed\x01" + bytes([9] * 33), id="33 bytes"),
        pytest.param(b"\xec\x01" + bytes([9] * 32), id="X25519"),
        pytest.param(b"\xe7\x01" + COMPRESSED, id="secp256k1"),
        pytest.param(b"\x80\x26" + bytes(32), id="private P-256"),
        pytest.param(b"\x81\x24" + COMPRESSED, id="P-256 point as P-384"),
        pytest.param(b"\x80\x24" + COMPRESSED[:-1], id="point cut short"),
        pytest.param(b"\x80\x24" + COMPRESSED + b"\0", id="point with a byte more"),
        pytest.param(b"\x80\x24\x05" + COMPRESSED[1:], id="point of no form"),
        pytest.param(b"\x80\x24\x02" + b"\xff" * 32, id="beside the curve"),
        pytest.param(
            b"\x80\x24\x04" + POINT.x.to_bytes(32) + POINT.y.to_bytes(32), id="point uncompressed"
        ),
    ],
)
def test_what_is_no_key_of_ours_is_refused(data):
    with pytest.raises(MultikeyError):
        decode("z" + base58_encode(data))


def small_order():
    """Return every encoding of the points whose order divides 8, canonical or not."""
    ys = {0, 1, P - 1} | ORDER_8
    for y in ys:
        for alias in (y, y + P):
            if alias < 2**255:
                yield from (number.to_bytes(32, "little") for number in (alias, alias | 1 << 255))


@pytest.mark.parametrize("raw", list(small_order()), ids=lambda raw: raw.hex())
def test_a_point_of_small_order_is_no_key(raw):
    with pytest.raises(MultikeyError, match="small order"):
        ed25519_key(raw)


@pytest.mark.parametrize("y", ORDER_8)
def test_the_points_of_order_eight_are_those_of_the_curve(y):
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    # Doubled: y' = (y² + x²) / (2 - (y² - x²)) for a = -1; that point has order 4, so y' is 0.
    assert (y * y + x2) * pow(2 - y * y + x2, -1, P) % P == 0


@pytest.mark.parametrize("y", NOT_CANONICAL)
def test_a_key_not_written_canonically_is_refused(y):
    with pytest.raises(MultikeyError):
        ed25519_key((y % 2**255).to_bytes(32, "little"))


def test_a_sound_key_is_taken():
    raw = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert ed25519_key(raw).public_bytes_raw() == raw
