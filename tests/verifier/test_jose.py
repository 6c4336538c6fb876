"""The strict reader of compact JWS: one writing, few headers, no algorithm confusion (T7)."""

import base64
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWSCore
from published import suite, vectors

from verifier.parsing import base64url
from verifier.proof import jose
from verifier.proof.jose import JoseError, parse
from verifier.public_keys.jwk import JwkError, from_jwk, to_jwk
from verifier.public_keys.signature import verify_jose

HEADER = {"alg": "ES256", "kid": "did:web:district.example#jwt", "typ": "JWT"}


def compact(header=HEADER, payload=b"{}", signature=b"s" * 64):
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    return ".".join(map(base64url.encode, (header, payload, signature)))


def test_a_sound_token_is_read():
    token = parse(compact(payload=b'{"a": 1}'))
    assert (token.header, token.payload) == (HEADER, {"a": 1})
    assert token.kid == HEADER["kid"]


@pytest.mark.parametrize(
    "typ", ["JWT", "jwt", "vc+jwt", "application/vc+jwt", "vc+ld+jwt", "vc+ld+json+jwt"]
)
def test_the_types_in_use_are_read(typ):
    assert parse(compact(HEADER | {"typ": typ})).header["typ"] == typ


def test_a_token_without_a_type_is_read():
    assert parse(compact({"alg": "ES256"})).kid is None


@pytest.mark.parametrize(
    "vector",
    [vector for vector in vectors("jose.json") if vector["alg"] != "EdDSA"],  # it holds no JSON
    ids=lambda vector: vector["example"],
)
def test_a_published_token_is_verified_and_no_changed_one(vector):
    key = from_jwk(vector["jwk"])
    assert jose.verify(parse(vector["token"]), key)
    header, _, signature = vector["token"].split(".")
    changed = base64url.encode(json.dumps({"iss": "jane"}).encode())
    assert not jose.verify(parse(f"{header}.{changed}.{signature}"), key)


HEADERS = {
    "crit": ("jwt_header", {"crit": ["exp"]}),
    "an empty crit": ("jwt_header", {"crit": []}),
    "b64": ("jwt_header", {"b64": False}),
    "b64 and crit": ("jwt_header", {"b64": False, "crit": ["b64"]}),
    "a compressed payload": ("jwt_header", {"zip": "DEF"}),
    "encryption": ("jwt_header", {"enc": "A256GCM"}),
    "jku": ("jwt_header", {"jku": "https://attacker.example/"}),
    "x5u": ("jwt_header", {"x5u": "https://attacker.example/"}),
    "a header of one's own": ("jwt_header", {"vc": {}}),
    "a presentation": ("jwt_type", {"typ": "vp+jwt"}),
    "an access token": ("jwt_type", {"typ": "at+jwt"}),
    "JSON-LD": ("jwt_type", {"typ": "vc+ld+json"}),
    "an SD-JWT": ("sd_jwt", {"typ": "vc+sd-jwt"}),
    "an SD-JWT by its newer name": ("sd_jwt", {"typ": "application/dc+sd-jwt"}),
    "a type that is a number": ("jwt_header", {"typ": 7}),
    "a type that is null": ("jwt_header", {"typ": None}),
    "a kid that is a number": ("jwt_header", {"kid": 7}),
    "a kid that is null": ("jwt_header", {"kid": None}),
    "a jwk that is text": ("jwt_header", {"jwk": "{}"}),
    "a private jwk": ("jwt_header", {"jwk": {"kty": "EC", "d": "AA"}}),
    "no algorithm": ("jwt_algorithm", {"alg": None}),
    "none": ("jwt_algorithm", {"alg": "none"}),
    "None": ("jwt_algorithm", {"alg": "None"}),
    "an HMAC": ("jwt_algorithm", {"alg": "HS256"}),
    "an algorithm in lower case": ("jwt_algorithm", {"alg": "es256"}),
    "an algorithm in a list": ("jwt_algorithm", {"alg": ["ES256"]}),
    "an algorithm in an object": ("jwt_algorithm", {"alg": {}}),
    "an algorithm and a space": ("jwt_algorithm", {"alg": "ES256 "}),
}


@pytest.mark.parametrize(("code", "changes"), HEADERS.values(), ids=HEADERS.keys())
def test_a_header_that_asks_for_more_is_refused(code, changes):
    with pytest.raises(JoseError) as caught:
        parse(compact(HEADER | changes))
    assert caught.value.code == code
    may_be_honest = code in ("jwt_type", "sd_jwt") or changes.keys() == {"vc"}
    assert caught.value.certain is not may_be_honest


def test_a_seal_may_say_that_its_time_must_be_understood():
    """JAdES (ETSI TS 119 182-1): `sigT` is a time, and `crit` names what is new to RFC 7515."""
    seal = HEADER | {"sigT": "2026-11-01T00:00:00Z", "crit": ["sigT"]}
    assert parse(compact(seal)).header == seal
    with pytest.raises(JoseError):
        parse(compact(seal | {"crit": ["sigT", "b64"]}))


def test_an_sd_jwt_is_named_by_its_disclosures():
    with pytest.raises(JoseError) as caught:
        parse(compact() + "~WyJzYWx0Iiwi~")
    assert (caught.value.code, caught.value.certain) == ("sd_jwt", False)


SOUND = compact()
TEXTS = {
    "nothing": "",
    "no dots": "abc",
    "two parts": "e30.e30",
    "four parts": SOUND + ".e30",
    "five parts": SOUND + ".e30.e30",
    "an empty header": "." + SOUND.partition(".")[2],
    "an empty signature": SOUND.rpartition(".")[0] + ".",
    "padding": SOUND + "==",
    "white space": SOUND.replace(".", ". ", 1),
    "a line break": SOUND + "\n",
    "standard base64": SOUND.rpartition(".")[0] + "." + "+/" * 43,
    "stray bits in the signature": SOUND[:-1] + chr(ord(SOUND[-1]) + 1),
    "a length that base64 does not have": SOUND + "AAA",
    "a header that is no object": compact(b"[]"),
    "a header that is not JSON": compact(b"{alg: ES256}"),
    "a header that is not UTF-8": compact(b"\xff"),
    "a header key twice": compact(b'{"alg": "none", "alg": "ES256"}'),
    "a payload that is no object": compact(payload=b"[]"),
    "a payload key twice": compact(payload=b'{"iss": 1, "iss": 2}'),
    "a payload with NaN": compact(payload=b'{"nbf": NaN}'),
    "more than a megabyte": "A" * (jose.MAX_BYTES + 1),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_another_text_is_no_token(text):
    with pytest.raises(JoseError) as caught:
        parse(text)
    assert caught.value.code == "not_a_jwt"


@pytest.mark.parametrize("data", [b"", b"f", b"fo", b"foo", b"\xff\xfe\xfd\xfc"])
def test_a_part_is_base64url_without_padding_both_ways(data):
    text = base64url.encode(data)
    assert text == base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert data == b"" or base64url.decode(text) == data


def test_a_token_is_assembled_as_rfc_7515_says():
    signed = jose.signing_input({"alg": "ES256", "kid": "é"}, b'{"a":1}')
    assert signed == b"eyJhbGciOiJFUzI1NiIsImtpZCI6IsOpIn0.eyJhIjoxfQ"
    assert jose.compact(signed, b"\xff\xff") == signed.decode() + "." + base64url.encode(
        b"\xff\xff"
    )


def jwk(**changes):
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return {k: v for k, v in (to_jwk(key) | changes).items() if v is not None}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"x": "AAAA"}, id="beside the curve"),
        pytest.param({"x": None}, id="without x"),
        pytest.param({"y": 7}, id="y a number"),
        pytest.param({"crv": "P-521"}, id="another curve"),
        pytest.param({"crv": "secp256k1"}, id="the curve of a coin"),
        pytest.param({"crv": ["P-256"]}, id="a curve in a list"),
        pytest.param({"kty": "oct", "k": "AAAA"}, id="a secret"),
        pytest.param({"kty": "OKP"}, id="a curve of another type"),
        pytest.param({"kty": None}, id="of no type"),
        pytest.param({"kty": "RSA", "n": "AQAB", "e": "AQAB"}, id="RSA of three bytes"),
    ],
)
def test_what_is_no_sound_public_key_is_refused(changes):
    with pytest.raises(JwkError):
        from_jwk(jwk(**changes))


@pytest.mark.parametrize(
    "point", [bytes(32), b"\x01" + bytes(31), b"\xff" * 32], ids=["0", "1", "-"]
)
def test_an_ed25519_jwk_of_small_order_or_beside_the_curve_is_refused(point):
    with pytest.raises(JwkError):
        from_jwk({"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(point)})


def test_the_private_half_of_a_jwk_is_not_taken_in():
    private = JWK.generate(kty="EC", crv="P-256")
    key = from_jwk(private.export(as_dict=True))
    assert to_jwk(key) == {
        name: private.export_public(as_dict=True)[name] for name in ("kty", "crv", "x", "y")
    }


def verdict(public, message, signature):
    """Judge raw bytes of a vector as `jose.verify` does, and by the library, which is told the
    length; they must agree."""
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(public))
    data, raw = bytes.fromhex(message), bytes.fromhex(signature)
    ours = verify_jose(point, data, raw)
    core = JWSCore("ES256", JWK(**to_jwk(point)), None, "", ["ES256"])
    try:
        core.engine.verify(core.key, data, raw)
        theirs = len(raw) == jose.ALGORITHMS["ES256"][2]
    except (JWException, InvalidSignature, ValueError):
        theirs = False
    assert ours is theirs
    return "valid" if ours else "invalid"


@pytest.mark.parametrize(
    ("public", "message", "signature", "expected"),
    [
        pytest.param(*case[2:], id=f"{case[0]} {case[1]}")
        for case in vectors("wycheproof.json")["es256"]
    ],
)
def test_a_signature_of_wycheproof_is_judged_as_published(public, message, signature, expected):
    assert verdict(public, message, signature) == expected


def test_the_whole_of_wycheproof_is_judged_as_published():
    name = "ecdsa_secp256r1_sha256_p1363_test.json"
    groups = json.loads((suite("wycheproof") / name).read_bytes())["testGroups"]
    wrong = [
        test["tcId"]
        for group in groups
        for test in group["tests"]
        if verdict(group["publicKey"]["uncompressed"], test["msg"], test["sig"]) != test["result"]
    ]
    assert wrong == []
