"""What is refused before it is checked: for each flaw the whole error, code, words and all."""

import json
from datetime import UTC, datetime

import pytest
from sharing import SharingIssuer
from world import NOW, World

from verifier import trust
from verifier.checks import disclosure, status_list
from verifier.checks.status_list import StatusListError
from verifier.directories import nces
from verifier.fetching import rules
from verifier.fetching.fetch import Fetched, FetchError
from verifier.issuers import did
from verifier.issuers.controller import DidError
from verifier.parsing import base64url, web_address
from verifier.proof import jose, jwt_payload
from verifier.proof.jose import JoseError
from verifier.trust import TrustListError
from verifier.trust_lists import signed
from verifier.trust_lists.signed import read_signed

LONG = "x" * 300


def error_of(kind, function, *arguments, **named):
    with pytest.raises(kind) as caught:
        function(*arguments, **named)
    return caught.value


# Tokens


def token(payload=b"{}", header=None, **members):
    header = json.dumps({"alg": "ES256"} | members).encode() if header is None else header
    return ".".join(map(base64url.encode, (header, payload, b"s" * 64)))


NOT_JSON = "not JSON: Expecting value: line 1 column 1 (char 0)"
KID = "kid is not text or jwk is not an object"
PARTS = "not three parts divided by dots"
TOKENS = [
    ("a~b", "sd_jwt", "the disclosures of an SD-JWT", False),
    ("a.b", "not_a_jwt", PARTS, True),
    ("a.b.c.d", "not_a_jwt", PARTS, True),
    (token(header=b"x"), "not_a_jwt", NOT_JSON, True),
    (token(b"x"), "not_a_jwt", NOT_JSON, True),
    (token()[:-2] + "!!", "not_a_jwt", "a part is not canonical base64url", True),
    (token(**{LONG: 1}), "jwt_header", f"the header has '{'x' * 199}", False),
    (token(b=1, a=1), "jwt_header", "the header has 'a', 'b'", False),
    (token(crit=["exp"]), "jwt_header", "the header has 'crit'", True),
    (token(jku="x"), "jwt_header", "the header has 'jku'", True),
    (token(header=b"{}"), "jwt_algorithm", "None", True),
    (token(alg="none"), "jwt_algorithm", "none", True),
    (token(alg=7), "jwt_algorithm", "7", True),
    (token(alg=LONG), "jwt_algorithm", "x" * 40, True),
    (token(alg="ES256K"), "jwt_algorithm", "ES256K", False),
    (token(typ=7), "jwt_header", "the header has typ '7'", True),
    (token(typ="dc+sd-jwt"), "sd_jwt", "dc+sd-jwt", False),
    (token(typ=LONG), "jwt_type", "x" * 40, False),
    (token(kid=7), "jwt_header", KID, True),
    (token(jwk=7), "jwt_header", KID, True),
    (token(jwk={"d": "x"}), "jwt_header", "jwk holds a private key", True),
]


@pytest.mark.parametrize(("text", "code", "detail", "is_certain"), TOKENS)
def test_a_token_that_is_not_read(text, code, detail, is_certain):
    error = error_of(JoseError, jose.parse, text)
    assert (error.code, error.detail, error.certain) == (code, detail, is_certain)


@pytest.mark.parametrize(
    ("typ", "name"),
    [("jwt", "JWT"), ("application/vc+jwt", "VC+JWT"), ("x+sd-jwt", "SD-JWT"), (7, ""),
     ("vc+jwt;application/", "VC+JWT;APPLICATION/")],
)  # fmt: skip
def test_a_type_is_compared_without_what_it_may_leave_out(typ, name):
    assert jose.type_name(typ) == name


# Issuers

HTTPS = "https://a.example/i"
KEYS = "https://a.example/.well-known/jwks.json"
METADATA = "https://a.example/.well-known/jwt-vc-issuer/i"
WEB = "https://a.example/.well-known/did.json"
NO_SIGNATURES = "not a public key for signatures"
KINDS = "not a Multikey of Ed25519, P-256, P-384 or P-521"
COIN = "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme"
ISSUERS = [
    (HTTPS, {}, "issuer_unreachable", f"{HTTPS}: answered 404", False),
    (HTTPS, {HTTPS: "too_slow"}, "issuer_unreachable", f"{HTTPS}: why", False),
    (HTTPS, {HTTPS: "too_many_fetches"}, "issuer_not_asked", f"{HTTPS}: why", False),
    (HTTPS, {HTTPS: {"id": HTTPS}, KEYS: "out_of_time"}, "issuer_not_asked",
     f"{KEYS}: why", False),
    (HTTPS, {HTTPS: b"x", KEYS: b"x"}, "issuer_document_unreadable", NOT_JSON, False),
    (HTTPS, {HTTPS: {"id": LONG}}, "issuer_document_of_another", "x" * 200, False),
    (HTTPS, {HTTPS: b"x", KEYS: {"iss": LONG}}, "issuer_document_unreadable", NOT_JSON, False),
    (HTTPS, {HTTPS: {"id": HTTPS}}, "issuer_lists_no_keys", HTTPS, False),
    (HTTPS, {KEYS: {"keys": []}}, "issuer_lists_no_keys", HTTPS, False),
    ("did:example:x:y", {}, "issuer_method_not_supported", "did:example", False),
    ("http://a.example", {}, "issuer_method_not_supported", "http://a.example", False),
    ("x", {}, "issuer_method_not_supported", "x", False),
    ("did:key:z6Mk", {}, "issuer_method_not_supported", KINDS, False),
    (f"did:key:{COIN}", {}, "issuer_method_not_supported", KINDS, False),
    ("did:key:0", {}, "issuer_id_malformed",
     "not base58btc multibase: it must start with z", True),
    ("did:jwk:e30", {}, "issuer_method_not_supported", "not a public key: ", False),
    ("did:jwk:!", {}, "issuer_id_malformed", "a part is not canonical base64url", True),
    ("did:jwk:" + base64url.encode(b'{"d": 1}'), {}, "issuer_id_malformed", NO_SIGNATURES, True),
    ("did:jwk:" + base64url.encode(b'{"use": "enc"}'), {}, "issuer_id_malformed",
     NO_SIGNATURES, True),
    ("did:web:a.example", {WEB: b"[]"}, "issuer_document_unreadable", "not a JSON object", False),
    ("did:web:a.example", {WEB: "out_of_time"}, "issuer_not_asked", f"{WEB}: why", False),
]  # fmt: skip
OF_SD_JWT = [
    ({METADATA: {"issuer": LONG}}, "issuer_document_of_another", "x" * 200),
    ({METADATA: {"issuer": HTTPS}}, "issuer_lists_no_keys", HTTPS),
    ({METADATA: {"issuer": HTTPS, "jwks": {"keys": [{"use": "enc"}]}}},
     "issuer_lists_no_keys", HTTPS),
    ({METADATA: {"issuer": HTTPS, "jwks_uri": "http://a.example/k"}},
     "issuer_lists_no_keys", HTTPS),
    ({METADATA: {"issuer": HTTPS, "jwks_uri": "https://a.example/k"}},
     "issuer_unreachable", f"{HTTPS}: answered 404"),
    ({METADATA: {"issuer": HTTPS, "jwks": {"iss": LONG}}},
     "issuer_document_of_another", "x" * 200),
    ({METADATA: b"x"}, "issuer_document_unreadable", NOT_JSON),
]  # fmt: skip


def web_of(documents):
    def fetch(url, *, accept, max_bytes):
        document = documents.get(url)
        if document is None or isinstance(document, str):
            detail = "why" if document else "answered 404"
            raise FetchError(document or "http_status", url, detail)
        assert max_bytes == did.MAX_DOCUMENT_BYTES
        assert "json" in accept
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return Fetched(url, body)

    return fetch


@pytest.mark.parametrize(("issuer", "documents", "code", "detail", "is_certain"), ISSUERS)
def test_an_issuer_whose_keys_cannot_be_had(issuer, documents, code, detail, is_certain):
    error = error_of(DidError, did.resolve, issuer, web_of(documents))
    assert (error.code, error.detail, error.certain) == (code, detail, is_certain)


@pytest.mark.parametrize(("documents", "code", "detail"), OF_SD_JWT)
def test_an_issuer_of_sd_jwts_whose_keys_cannot_be_had(documents, code, detail):
    error = error_of(DidError, did.resolve, HTTPS, web_of(documents), sd_jwt_vc=True)
    assert (error.code, error.detail, error.certain) == (code, detail, False)


def test_the_metadata_of_an_issuer_stand_below_its_host_without_a_last_slash():
    web = web_of({METADATA: {"issuer": f"{HTTPS}/"}})
    error = error_of(DidError, did.resolve, f"{HTTPS}/", web, sd_jwt_vc=True)
    assert (error.code, error.detail) == ("issuer_lists_no_keys", f"{HTTPS}/")


ADDRESSES = {
    "a.example": "https://a.example/.well-known/did.json",
    "A.example%3a8443:x:Y": "https://a.example:8443/x/Y/did.json",
    "localhost%3A80": "http://localhost:80/.well-known/did.json",
    "a.example%3A65535:1": "https://a.example:65535/1/did.json",
    "a.1.b2:x": "https://a.1.b2/x/did.json",
}
MALFORMED = [
    *("a.example%3A65536", "a.example%3Ax", "1.2.3.4", "a.example:..", "a.example:%2e%2e"),
    *("a.example:a%2Fb", "a.example:", "", "u@a.example", "a.example.", "a_b.example:x"),
    *("a.example%3A80%3A90", "a.example%3A", "a.example:x y"),
]


@pytest.mark.parametrize(("name", "address"), ADDRESSES.items())
def test_the_address_of_a_did_document(name, address):
    assert did.did_web_url(f"did:web:{name}") == address


@pytest.mark.parametrize("name", MALFORMED)
def test_a_did_that_could_lead_elsewhere(name):
    error = error_of(DidError, did.did_web_url, f"did:web:{name}")
    expected = ("issuer_id_malformed", f"did:web:{name}", True)
    assert (error.code, error.detail, error.certain) == expected


# Trust lists

DAY = "2026-11-10T00:00:00Z"
LIST = {"type": "MintmarkTrustList", "version": 1, "name": "Ours", "updated": DAY, "entries": []}
ENTRY = {"id": "did:web:a.example", "name": "A", "kind": "district"}
OLD = {"retrieved": DAY}
NO_TIME = "is not a time such as 2026-11-22T00:00:00Z"
NO_LIST = "not a trust list: type must be MintmarkTrustList and version 1"
NO_CHANGE = "give the time of its last change"
LISTS = [
    ({}, NO_LIST),
    ({"version": 1}, NO_LIST),
    (LIST | {"version": 2}, NO_LIST),
    (LIST | {"type": "x"}, NO_LIST),
    (LIST | {"updated": None}, f"the list has no updated: {NO_CHANGE}"),
    (LIST | {"updated": "x"}, f"the list.updated {NO_TIME}"),
    (LIST | {"entries": {}}, "the list has no entries: give a JSON array, which may be empty"),
    (LIST | {"name": None}, "the list has no name: give it as text"),
    (LIST | {"endorsements": 7}, "the list.endorsements is not an array of up to 200"),
    (LIST | {"endorsements": [1] * 201}, "the list.endorsements is not an array of up to 200"),
    ({"registry": {"did:x:1": {}}}, f"the registry has no meta.updated: {NO_CHANGE}"),
    ({"registry": {}, "meta": {"updated": "x"}}, f"the list.updated {NO_TIME}"),
]
ENTRIES = [
    ([7], "entries[0] is not an object"),
    ([ENTRY, ENTRY], "entries[1]: did:web:a.example stands twice"),
    ([{}], "entries[0] has no id: give it as text"),
    ([ENTRY | {"name": ""}], "entries[0] has no name: give it as text"),
    ([ENTRY | {"kind": None}], "entries[0] has no kind: give it as text"),
    ([ENTRY | {"endorses": 1}], "entries[0].endorses is neither true nor false"),
    ([ENTRY | {"validFrom": "x"}], f"entries[0].validFrom {NO_TIME}"),
    ([ENTRY | {"validUntil": 7}], f"entries[0].validUntil {NO_TIME}"),
    ([ENTRY | {"didDocument": {}}],
     "entries[0] has a didDocument but no retrieved: give its time"),
    ([ENTRY | OLD | {"didDocument": 7}], "entries[0].didDocument is not an object"),
    ([ENTRY | OLD | {"didDocument": {"id": "x"}}],
     "entries[0].didDocument is of another issuer: x"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "words"), [*LISTS, *((LIST | {"entries": e}, w) for e, w in ENTRIES)]
)
def test_a_list_that_is_not_sound(document, words):
    assert str(error_of(TrustListError, trust.load, json.dumps(document).encode())) == words


NO_SIGNED_LIST = (
    "it is no list that is read here: give a MintmarkTrustList, an issuer registry (dcc-legacy), "
    "or a signed RecognizedEntityCredential"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x", f"it is no list that can be read: {PARTS}"),
        ("{}", NO_SIGNED_LIST),
        ('{"type": "RecognizedEntityCredential"}', NO_SIGNED_LIST),
        ('{"type": "X", "credentialSubject": {}}', NO_SIGNED_LIST),
        ('{"type": [["X"], {}, 7], "credentialSubject": {}}', NO_SIGNED_LIST),
    ],
)
def test_a_signed_list_that_is_none(world, text, words):
    assert str(error_of(TrustListError, read_signed, text, fetch=world.fetch, now=NOW)) == words


# Status lists, and places of a network

PROBLEMS = "https://www.w3.org/ns/credentials/status-list#"
WHOLE = status_list.decode(status_list.encode(bytes(status_list.MIN_ENTRIES // 8)), 1)
GZIP = "the encoded list is not gzip: Error -3 while decompressing data: incorrect header check"


@pytest.mark.parametrize(
    ("text", "words", "problem"),
    [
        ("!", "the encoded list is not base64url", "MALFORMED_VALUE_ERROR"),
        ("uAAAA", GZIP, "MALFORMED_VALUE_ERROR"),
        ("u", "the encoded list is too long or cut off", "MALFORMED_VALUE_ERROR"),
        (status_list.encode(bytes(status_list.MIN_ENTRIES // 8 - 1)),
         f"the list has under {status_list.MIN_ENTRIES} entries", "STATUS_LIST_LENGTH_ERROR"),
    ],
)  # fmt: skip
def test_a_status_list_that_is_not_read(text, words, problem):
    error = error_of(StatusListError, status_list.decode, text, 1)
    assert (str(error), error.problem) == (words, PROBLEMS + problem)


@pytest.mark.parametrize("size", range(1, 9))
def test_a_list_is_written_without_padding(size):
    text = status_list.encode(bytes(size))
    assert (text[0], "=" in text) == ("u", False)


@pytest.mark.parametrize(("last", "size"), [(131071, 1), (65535, 2), (16383, 8)])
def test_a_list_has_so_many_entries_and_no_more(last, size):
    assert status_list.entry(WHOLE, last, size) == 0
    error = error_of(StatusListError, status_list.entry, WHOLE, last + 1, size)
    words = f"the list has no entry {last + 1}"
    assert (str(error), error.problem) == (words, f"{PROBLEMS}RANGE_ERROR")


@pytest.mark.parametrize("text", ["a.example", "a.example:0", "a.example:65536", "x y:1", ":1"])
def test_a_place_that_is_none(text):
    words = f"{text!r} is no HOST:PORT, such as badges.example.org:8443"
    assert str(error_of(ValueError, rules.host_and_port, text)) == words
    assert rules.host_and_port("a.example:65535") == ("a.example", 65535)


def test_an_answer_that_cannot_be_had_says_which_and_why():
    error = FetchError("too_slow", "https://a.example/", "why")
    assert (error.code, error.url, error.detail) == ("too_slow", "https://a.example/", "why")
    assert str(error) == "https://a.example/: why"


@pytest.mark.parametrize(
    ("path", "is_read"),
    [("a/b", True), ("a;/b", True), ("a/..", False), ("a/..;x/b", False), ("a/%2e;x", False),
     ("a/%252e%252e", False), ("a/%2F..", False), ("..a/b", True)],
)  # fmt: skip
def test_an_address_that_climbs_is_none(path, is_read):
    assert (web_address.read(f"https://a.example/{path}") is not None) is is_read


# What limits a credential under another name

LIMITS = [
    ({"validUntil": 1, "name": 1, "@context": [{"x": "urn:x:y"}], "x": 1}, None),
    ({"https://www.w3.org/2018/credentials#validUntil": 1}, "same"),
    ({"urn:x:credentialStatus": 1}, "same"),
    ({"ValidUntil": 1}, "same"),
    ({"@reverse": 1}, "same"),
    ({"end": 1, "@context": [{"end": "https://a.example/expirationDate"}]}, "end"),
    ({"end": 1, "@context": [{"end": {"@id": "x:validUntil"}}]}, "end"),
    ({"end": 1, "@context": {"end": {"@reverse": "x/validUntil"}}}, "end"),
    ({"end": 1, "@context": [{"end": "e:Until", "e": "https://a.example/valid"}]}, "end"),
    ({"a": 1, "@context": [{"a": "b"}, {"b": "c"}, {"c": "@nest"}]}, "a"),
    ({"in": 1, "@context": [{"T": {"@context": {"in": "x#validUntil"}}}]}, "in"),
    ({"loop": 1, "@context": [{"loop": "loop:a"}]}, "loop"),
    ({"a": 1, "@context": [{"a": "@id", "b": "@type"}], "b": 1}, None),
    ({LONG: 1, "@context": [{LONG: "@value"}]}, "x" * 200),
]


@pytest.mark.parametrize(("document", "member"), LIMITS)
def test_a_limit_under_another_name_is_noticed(document, member):
    member = next(iter(document)) if member == "same" else member
    checks = jwt_payload.check_limits_named(document)
    assert [(check.name, str(check.outcome), check.code, check.params) for check in checks] == (
        [("limits", "could_not_check", "limits_under_another_name", {"member": member})]
        if member
        else []
    )


@pytest.mark.parametrize(
    ("value", "expected", "agrees"),
    [
        ("a", "a", True), ("a", "b", False), (7, None, False),
        (5, (5, 6), True), (6.9, (5, 6), True), (7, (5, 6), False), (4.9, (5, 6), False),
        ("5", (5, 6), False), (True, (1, 1), False),
        (1e15, (jwt_payload._LAST_SECOND,) * 2, True),
    ],
)  # fmt: skip
def test_a_claim_agrees_to_the_second(value, expected, agrees):
    assert jwt_payload._agrees(value, expected) is agrees


# Who is recognized on a signed list

ENTITY = {"id": "did:web:a.example", "type": "RecognizedEntity", "name": "A"}
AS_ENTRY = {"id": "did:web:a.example", "name": "A", "endorses": False,
            "validFrom": None, "validUntil": None}  # fmt: skip
ENDS = datetime(2027, 1, 1, tzinfo=UTC)
EARLIER, LATER = "2026-12-01T00:00:00Z", "2027-02-01T00:00:00Z"


def issuing(*others, **action):
    return {"recognizedTo": [{"action": "issue"} | action, *others]}


@pytest.mark.parametrize(
    ("changes", "ends", "expected"),
    [
        ({}, None, {}),
        ({"type": ["x", "RecognizedEntity"], "recognizedTo": []}, None, {}),
        ({"name": "", "legalName": "B"}, None, {"name": "B"}),
        ({"name": 7}, None, {"name": "did:web:a.example"}),
        (issuing(), None, {}),
        (issuing({"action": "endorse"}, "x"), None, {"endorses": True}),
        (issuing(validFrom=EARLIER, validUntil=LATER), None,
         {"validFrom": EARLIER, "validUntil": LATER}),
        ({}, ENDS, {"validUntil": ENDS.isoformat()}),
        (issuing(validUntil=EARLIER), ENDS, {"validUntil": EARLIER}),
        (issuing(validUntil=LATER), ENDS, {"validUntil": ENDS.isoformat()}),
        (issuing(validUntil="x"), ENDS, {"validUntil": "x"}),
        (issuing(validUntil=7), ENDS, {"validUntil": 7}),
        ({"id": 7}, None, None),
        ({"type": "Entity"}, None, None),
        ({"recognizedTo": {"action": "endorse"}}, None, None),
        ({"recognizedTo": {"action": ["issue"]}}, None, None),
        (issuing(outputValidation={}), None, None),
    ],
)  # fmt: skip
def test_an_entity_is_an_entry_if_it_may_issue(changes, ends, expected):
    entry = signed._entry(ENTITY | changes, ends)
    assert entry == (None if expected is None else AS_ENTRY | expected)


# What a directory leaves out

HEAD = "LEAID,LEA_NAME,ST,WEBSITE,SY_STATUS_TEXT,SCHOOL_YEAR\n"
ROWS = """1,First,NV,https://www.first.example,Open,2025
2, Second ,NV,second.example/,,
3,,UT,third.example,Open,2025
4,Fourth,UT,https://shared.example,Open,2025
5,Fifth,UT,shared.example,Open,2025
6,Sixth,UT,shared.example,Open,2025
7,Seventh,UT,seventh.example/school,Open,2025
8,Eighth,UT,eighth.example,Closed,2025
9,Ninth,UT,,Future,2025
"""


def test_a_directory_is_read_row_by_row():
    built = nces.build((HEAD + ROWS).encode(), now=NOW)
    directory = "the federal directory (NCES"
    expected = [
        ("first.example", "First (NV)", f"{directory} 2025, LEA 1)"),
        ("second.example", "Second (NV)", f"{directory}, LEA 2)"),
        ("third.example", "3 (UT)", f"{directory} 2025, LEA 3)"),
    ]
    assert built.document == {
        "type": "MintmarkTrustList", "version": 1, "updated": NOW.isoformat(),
        "name": "School districts by the federal directory",
        "entries": [
            {"id": f"did:web:{name}", "name": words, "kind": "district", "unverified": unverified}
            for host, words, unverified in expected
            for name in (host, f"www.{host}")
        ],
    }  # fmt: skip
    assert built.left_out == {
        "on the same host as another agency": 3,
        "without a website that is a host of its own": 1,
        "closed, inactive or not open yet": 2,
    }
    of_state = nces.build((HEAD + ROWS).encode(), now=NOW, state="nv").document["entries"]
    assert {entry["name"] for entry in of_state} == {"First (NV)", "Second (NV)"}


def test_another_table_is_refused_in_full():
    error = error_of(TrustListError, nces.build, b"LEAID,LEA_NAME\n", now=NOW)
    assert str(error) == (
        "the directory has no column ST: give the CSV of the LEA universe (directory) of the "
        "Common Core of Data, nces.ed.gov/ccd"
    )


# What a holder cannot leave out


def test_a_copy_that_cannot_be_made_says_why_in_full():
    issuer = SharingIssuer("did:web:district.example")
    plain = World(issuer=issuer).badge()
    whole = issuer.share(plain)
    two = whole | {"proof": whole["proof"] * 2}
    take = "take the file “to share less” from its issuer"
    odd = whole | {"@reverse": {}}
    damaged = whole | {"proof": [whole["proof"][0] | {"proofValue": "u!"}]}
    for document, show, words in (
        (plain, [], f"it has no ecdsa-sd-2023 signature: {take}"),
        (two, [], f"it has more than one such signature: {take}"),
        (odd, [], "it is not plainly written (@reverse)"),
        (whole, ["/proof"], "/proof cannot be chosen"),
        (whole, ["/@context/0"], "/@context/0 cannot be chosen"),
        (whole, [""], "the whole cannot be chosen"),
        (whole | {"evidence": []}, [], "it was changed after signing"),
        (damaged, [], "its proof is damaged: a part is not canonical base64url"),
    ):
        error = error_of(disclosure.DisclosureError, disclosure.derive, document, show)
        assert str(error) == words
