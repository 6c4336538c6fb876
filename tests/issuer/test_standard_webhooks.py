"""Standard Webhooks 1.0.0: what verifies, what does not, and that no header can crash it."""

import base64
import inspect
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.approvals.webhook import delivery
from issuer.approvals.webhook.delivery import Delivery, NoIdempotencyKey, authenticate
from issuer.home.settings import Source
from issuer.webhooks import standard_webhooks
from issuer.webhooks.standard_webhooks import Unauthentic, read, sign, verifies

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BODY = '{"type":"micro_credential.approved","name":"Zoë"}'.encode()
OLD = "whsec_" + base64.b64encode(b"o" * 24).decode()
NEW = "whsec_" + base64.b64encode(b"n" * 64).decode()
OTHER = "whsec_" + base64.b64encode(b"x" * 32).decode()
TOKEN = "t" * 32
SOURCES = (
    Source("forms", (OLD, NEW)),
    Source("lms", (OTHER,)),
    Source("no-code", ("whsec_" + base64.b64encode(b"y" * 32).decode(),), bearer=TOKEN),
)


def signed(secret=OLD, now=NOW, body=BODY, **changed):
    headers = sign([secret], message_id="msg_1", now=now, body=body)
    return {**headers, **{name.replace("_", "-"): value for name, value in changed.items()}}


def reason(headers, body=BODY, sources=SOURCES):
    with pytest.raises(Unauthentic) as refused:
        authenticate(headers, body, sources, now=NOW)
    return refused.value.reason


def test_the_published_example_verifies():
    """The vector in the documentation of Standard Webhooks' reference libraries."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    message = read(headers, now=datetime.fromtimestamp(1614265330, UTC))
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert verifies(message, b'{"test": 2432232314}', secret)
    assert not verifies(message, b'{"test": 2432232315}', secret)


@pytest.mark.parametrize(
    ("secret", "source"),
    [
        pytest.param(OLD, "forms", id="first-secret"),
        pytest.param(NEW, "forms", id="second-secret-during-rotation"),
        pytest.param(OTHER, "lms", id="another-source"),
    ],
)
def test_a_source_is_found_by_the_secret_that_verifies(secret, source):
    assert authenticate(signed(secret), BODY, SOURCES, now=NOW) == Delivery(source, "msg_1")


def test_a_sender_may_sign_with_both_secrets_and_with_schemes_we_do_not_know():
    headers = sign([OTHER, OLD], message_id="msg_1", now=NOW, body=BODY)
    headers["webhook-signature"] = "v1a,AAAA " + headers["webhook-signature"]
    assert authenticate(headers, BODY, SOURCES[:1], now=NOW).source == "forms"


@pytest.mark.parametrize("seconds", [-299, 0, 299, -300, 300])
def test_a_clock_within_five_minutes_is_accepted(seconds):
    headers = signed(now=NOW + timedelta(seconds=seconds))
    assert authenticate(headers, BODY, SOURCES, now=NOW).source == "forms"


@pytest.mark.parametrize("seconds", [-301, 301, -86400, 10**9])
def test_a_clock_beyond_five_minutes_is_refused_and_called_that(seconds):
    assert reason(signed(now=NOW + timedelta(seconds=seconds))) == "clock"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(signed("whsec_" + base64.b64encode(b"z" * 32).decode()), id="wrong-secret"),
        pytest.param(signed(body=BODY[:-1]), id="body-not-the-signed-one"),
        pytest.param(signed(webhook_id="msg_2"), id="id-changed"),
        pytest.param(
            {**signed(), "webhook-timestamp": str(int(NOW.timestamp()) + 1)}, id="time-changed"
        ),
        pytest.param(signed(webhook_signature="v1,AAAA"), id="short-signature"),
        pytest.param(signed(webhook_signature="v1,===="), id="padding-only"),
        pytest.param(signed(webhook_signature="v1a,AAAA"), id="only-an-unknown-scheme"),
        pytest.param(
            {**signed(), "webhook-signature": signed()["webhook-signature"].replace("v1", "v2")},
            id="right-signature-under-another-scheme",
        ),
        pytest.param(
            {**signed(), "webhook-signature": signed()["webhook-signature"].lower()},
            id="lower-cased",
        ),
    ],
)
def test_what_no_secret_signed_is_refused_without_saying_how_close_it_came(headers):
    assert reason(headers) == "signature"


def test_every_truncation_of_the_body_is_refused():
    headers = signed()
    assert {reason(headers, BODY[:length]) for length in range(len(BODY))} == {"signature"}


MALFORMED = {
    "nothing": {"webhook-id": "", "webhook-timestamp": "", "webhook-signature": ""},
    "id-empty": signed(webhook_id=""),
    "id-twice": signed(webhook_id="msg_1,msg_1"),
    "id-with-a-space": signed(webhook_id="msg 1"),
    "id-not-ascii": signed(webhook_id="msg_ÿ"),
    "id-too-long": signed(webhook_id="m" * 256),
    "time-empty": signed(webhook_timestamp=""),
    "time-twice": signed(webhook_timestamp="1795348800,1795348800"),
    "time-not-a-number": signed(webhook_timestamp="now"),
    "time-negative": signed(webhook_timestamp="-1795348800"),
    "time-with-fraction": signed(webhook_timestamp="1795348800.0"),
    "time-with-spaces": signed(webhook_timestamp=" 1795348800"),
    "time-underscored": signed(webhook_timestamp="1_795_348_800"),
    "time-in-arabic-digits": signed(webhook_timestamp="١٧٩٥٣٤٨٨٠٠"),
    "time-of-a-thousand-digits": signed(webhook_timestamp="9" * 1000),
    "time-of-a-line-more": signed(webhook_timestamp="1795348800\n"),
    "signature-empty": signed(webhook_signature=""),
    "signature-without-value": signed(webhook_signature="v1"),
    "signature-with-nothing-after-it": signed(webhook_signature="v1,"),
    "signature-of-three-parts": signed(webhook_signature="v1,a,b"),
    "signature-without-version": signed(webhook_signature=",AAAA"),
    "signature-not-ascii": signed(webhook_signature="v1,ÿÿÿÿ"),
    "signature-with-two-spaces": signed(webhook_signature="v1,AAAA  v1,AAAA"),
    "signature-joined-by-a-comma": signed(webhook_signature="v1,AAAA,v1,AAAA"),
    "signatures-by-the-thousand": signed(webhook_signature=" ".join(["v1,AAAA"] * 1000)),
    "signature-of-a-megabyte": signed(webhook_signature="v1," + "A" * 1_000_000),
}


@pytest.mark.parametrize("headers", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_headers_are_refused_as_headers(headers):
    assert reason(headers) == "headers"


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_refused_as_headers(missing):
    headers = {name: value for name, value in signed().items() if name != missing}
    assert reason(headers) == "headers"


def test_more_signatures_than_a_sender_needs_are_refused():
    one = signed()["webhook-signature"]
    allowed = " ".join([one] * standard_webhooks.MAX_SIGNATURES)
    assert authenticate(signed(webhook_signature=allowed), BODY, SOURCES, now=NOW)
    assert reason(signed(webhook_signature=f"{allowed} {one}")) == "headers"


HEADERS = (
    *("webhook-id", "webhook-timestamp", "webhook-signature"),
    *("authorization", "idempotency-key"),
)
header_values = st.text(st.characters(max_codepoint=0xFF), max_size=80)


@given(
    headers=st.dictionaries(
        st.sampled_from(HEADERS),
        header_values | st.sampled_from(["Bearer ", f"Bearer {TOKEN}x", "v1,", "1795348800"]),
    ),
    body=st.binary(max_size=50),
)
def test_no_headers_raise_anything_but_a_refusal(headers, body):
    with pytest.raises(Unauthentic):
        authenticate(headers, body, SOURCES, now=NOW)


def test_secrets_and_tokens_are_compared_in_constant_time():
    """T25: no `==` on what a stranger could guess byte by byte."""
    assert "hmac.compare_digest(" in inspect.getsource(verifies)
    assert "hmac.compare_digest(" in inspect.getsource(delivery._by_token)


def bearer(token=TOKEN, key="row-7"):
    return {"authorization": f"Bearer {token}", "idempotency-key": key}


@pytest.mark.parametrize(
    ("key", "event_id"),
    [
        pytest.param("row-7", "row-7", id="bare"),
        pytest.param('"row-7"', "row-7", id="quoted-as-the-draft-standard-writes-it"),
    ],
)
def test_a_token_and_an_idempotency_key_are_a_delivery(key, event_id):
    delivery = authenticate(bearer(key=key), BODY, SOURCES, now=NOW)
    assert delivery == Delivery("no-code", event_id)


@pytest.mark.parametrize("key", ["", "row 7", "a,b", "ÿ", '"', "k" * 256])
def test_a_token_without_a_usable_idempotency_key_is_no_delivery(key):
    with pytest.raises(NoIdempotencyKey):
        authenticate(bearer(key=key), BODY, SOURCES, now=NOW)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(bearer(token="t" * 31), id="shorter"),
        pytest.param(bearer(token=TOKEN + "t"), id="longer"),
        pytest.param(bearer(token=""), id="empty"),
        pytest.param({"authorization": f"Basic {TOKEN}", "idempotency-key": "1"}, id="basic"),
        pytest.param({"authorization": TOKEN, "idempotency-key": "1"}, id="no-scheme"),
    ],
)
def test_another_token_is_refused(headers):
    assert reason(headers) == "token"


def test_tokens_are_off_unless_a_source_has_one():
    assert reason(bearer(), sources=SOURCES[:2]) == "token"
    assert reason(bearer(token="None"), sources=SOURCES[:2]) == "token"


def test_a_right_token_does_not_excuse_a_wrong_signature():
    assert reason({**signed(webhook_id="msg_2"), **bearer()}) == "signature"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({"webhook_id": "a,b"}, "webhook-id once: 1 to 255", id="id-with-comma"),
        pytest.param({"webhook_id": "a" * 256}, "webhook-id once: 1 to 255", id="id-too-long"),
        pytest.param({"webhook_timestamp": "1.5"}, "whole seconds since 1970", id="half-a-second"),
        pytest.param({"webhook_timestamp": ""}, "webhook-timestamp once", id="no-timestamp"),
        pytest.param({"webhook_signature": "AAAA"}, "v1, and the base64", id="no-version"),
        pytest.param({"webhook_signature": ""}, "webhook-signature once", id="no-signature"),
    ],
)
def test_the_remedy_names_the_header_and_its_form(changed, says):
    with pytest.raises(Unauthentic) as refused:
        authenticate(signed(**changed), BODY, SOURCES, now=NOW)
    assert says in refused.value.remedy
