"""A server for W3C's test suites: it signs whatever it is asked to, with keys made when it starts.

It is no part of the product and in no wheel, and it listens on this machine alone. What it does is
done by the product's own functions. `python tests/conformance/conformance_server.py --help`
"""

import argparse
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from flask import Flask, Response, request
from waitress import serve

from contexts import BUNDLED, CanonicalizationError, FrozenContexts, inline
from issuer.issuance.signing.selective import base_proof_value
from keys.file_signer import FileSigner
from keys.key_file import generate
from verifier.checks import status_list
from verifier.checks.dates import check_proof_dates
from verifier.checks.related import check_related
from verifier.credential.model import listed
from verifier.fetching.fetch import Fetched, FetchError, WebFetch
from verifier.issuers.controller import DidError
from verifier.issuers.did import resolve
from verifier.parsing import base64url, strict_json
from verifier.parsing.pointers import PointerError
from verifier.proof import jose
from verifier.proof.cryptosuites import SUITES, ecdsa_sd
from verifier.proof.cryptosuites.suite import ProofValueError
from verifier.proof.data_integrity import check_proofs
from verifier.public_keys import multikey
from verifier.report import Outcome, worst
from verifier.structure.data_model import VERSION_1, flaws, is_badge
from verifier.web.vc_api import vc_api_blueprint

Json = dict[str, Any]
SD: Final = "ecdsa-sd-2023"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
PROFILES: Final = {
    "eddsa-rdfc-2022": ("eddsa-rdfc-2022", "Ed25519"),
    "eddsa-jcs-2022": ("eddsa-jcs-2022", "Ed25519"),
    "ecdsa-rdfc-2019-p256": ("ecdsa-rdfc-2019", "ES256"),
    "ecdsa-rdfc-2019-p384": ("ecdsa-rdfc-2019", "ES384"),
    "ecdsa-jcs-2019-p256": ("ecdsa-jcs-2019", "ES256"),
    "ecdsa-jcs-2019-p384": ("ecdsa-jcs-2019", "ES384"),
    "ecdsa-sd-2023": (SD, "ES256"),
    "bitstring": ("eddsa-rdfc-2022", "Ed25519"),
    "vc-jwt": ("vc-jwt", "ES256"),
    "sd-jwt": ("sd-jwt", "ES256"),
}
"""By name how it signs, and the algorithm of its key."""
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
VOCABULARY = b'{"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}'
CONTEXTS = BUNDLED.pinned(EXAMPLES, VOCABULARY, hashlib.sha256(VOCABULARY).hexdigest())
"""Those of the product, and the one that the suites' own examples name."""
ENTRIES = status_list.MIN_ENTRIES
_INDEX = re.compile(r"0|[1-9][0-9]*")


class BadInputError(ValueError):
    """What was sent is not to be signed."""


@dataclass
class Profile:
    """One way of signing, with a key of its own, which is its did:key as well."""

    name: str
    suite: str
    signer: FileSigner
    did: str
    places: int = field(default=0)

    @classmethod
    def new(cls, name: str) -> "Profile":
        """Return a profile with a new key."""
        suite, algorithm = PROFILES[name]
        key = generate(algorithm)
        encoded = multikey.encode(key.public_key())
        method = f"did:key:{encoded}#{encoded}"
        signer = FileSigner(method, algorithm, key.public_key(), key, lambda: None)
        return cls(name, suite, signer, f"did:key:{encoded}")

    def sign(self, document: Json, contexts: FrozenContexts, pointers: list[str]) -> Json:
        """Return the document with a proof, or in an envelope; errors as of what signs."""
        if self.suite in ("vc-jwt", "sd-jwt"):
            return self._enveloped(document)
        options = {
            "type": "DataIntegrityProof",
            "cryptosuite": self.suite,
            "created": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "verificationMethod": self.signer.verification_method,
            "proofPurpose": "assertionMethod",
        }
        if self.suite == SD:
            value = base_proof_value(
                document,
                options,
                mandatory_pointers=pointers,
                sign=self.signer.sign,
                contexts=contexts,
            )
        else:
            suite = SUITES[self.suite]
            if suite.keeps_contexts:
                options["@context"] = document["@context"]
            signed = suite.hash_data(document, options, self.signer.public_key, contexts=contexts)
            value = suite.encode(self.signer.sign(signed))
        return {**document, "proof": {**options, "proofValue": value}}

    def _enveloped(self, document: Json) -> Json:
        kind = "vc+jwt" if self.suite == "vc-jwt" else "vc+sd-jwt"
        header = {"alg": "ES256", "typ": kind, "kid": self.signer.verification_method}
        payload, shown = document, ""
        if self.suite == "sd-jwt":
            payload, shown = _with_digests(document)
        signed = jose.signing_input(header, json.dumps(payload).encode())
        text = jose.compact(signed, self.signer.sign(signed)) + shown
        return {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": "EnvelopedVerifiableCredential",
            "id": f"data:application/{kind},{text}",
        }


def _with_digests(document: Json) -> tuple[Json, str]:
    """Return a payload whose subject's members may each be shown, and all of them shown."""
    subject = document["credentialSubject"]
    if not isinstance(subject, dict):
        return document, "~"
    own = {name: value for name, value in subject.items() if name in ("id", "type")}
    texts = [
        base64url.encode(json.dumps([f"salt-{name}", name, value]).encode())
        for name, value in subject.items()
        if name not in own
    ]
    digests = [base64url.encode(hashlib.sha256(text.encode()).digest()) for text in texts]
    payload = {**document, "credentialSubject": {**own, "_sd": sorted(digests)}}
    return {**payload, "_sd_alg": "sha-256"}, "~".join(["", *texts, ""])


class Server:
    """The profiles, and what they have published."""

    def __init__(self, address: str, *, binding: bool = True) -> None:
        self.address, self.binding = address, binding
        self.profiles = {name: Profile.new(name) for name in PROFILES}

    def issue(self, profile: Profile, body: Json) -> Json:
        """Return a credential that is signed as asked, or raise `BadInputError`."""
        credential, options = body.get("credential"), body.get("options") or {}
        if not isinstance(credential, dict) or not isinstance(options, dict):
            raise BadInputError("no credential")
        pointers = options.get("mandatoryPointers") or []
        document = self._prepared(profile, dict(credential))
        if wrong := [*flaws(document)]:
            raise BadInputError(f"{wrong[0][0]}: {wrong[0][1]}")
        if any(check.outcome is Outcome.FAILED for check in check_related(document)):
            raise BadInputError("relatedResource")
        _check_status(document)
        if self.binding:
            document["issuer"] = _in_own_name(document["issuer"], profile.did)
        try:
            pinned, contexts = inline.pin(document, CONTEXTS)
            if contexts is not CONTEXTS and is_badge(document):
                raise BadInputError("a badge defines no words")
            signed = profile.sign(dict(pinned), contexts, pointers)
        except (CanonicalizationError, PointerError, ProofValueError, TypeError) as exc:
            raise BadInputError(str(exc)) from exc
        return dict(inline.as_written(signed, contexts))

    def _prepared(self, profile: Profile, document: Json) -> Json:
        document.setdefault("issuer", profile.did)
        urls = listed(document.get("@context"))
        embedded = profile.suite not in ("vc-jwt", "sd-jwt")
        if embedded and urls[:1] == [VERSION_1] and DATA_INTEGRITY not in urls:
            document["@context"] = [*urls, DATA_INTEGRITY]
        if profile.name == "bitstring":
            profile.places += 1
            url = f"{self.address}/status/{profile.name}"
            document["credentialStatus"] = {
                "id": f"{url}#{profile.places}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": str(profile.places),
                "statusListCredential": url,
            }
        return document

    def status_list(self) -> Json:
        """Return the signed list of the profile `bitstring`, in which nothing is withdrawn."""
        profile, url = self.profiles["bitstring"], f"{self.address}/status/bitstring"
        bits = status_list.with_bits(ENTRIES, set())
        document = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": url,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": profile.did,
            "validFrom": "2020-01-01T00:00:00Z",
            "credentialSubject": {
                "id": f"{url}#list",
                "type": "BitstringStatusList",
                "statusPurpose": "revocation",
                "encodedList": status_list.encode(bits),
            },
        }
        return profile.sign(document, CONTEXTS, [])

    def derive(self, body: Json) -> Json:
        """Return a copy that shows what is asked for, or raise `BadInputError`."""
        document, options = body.get("verifiableCredential"), body.get("options") or {}
        if not isinstance(document, dict):
            raise BadInputError("no credential")
        try:
            pinned, contexts = inline.pin(document, CONTEXTS)
            (proof,) = listed(pinned.get("proof"))
            chosen = options.get("selectivePointers") or []
            copy = ecdsa_sd.disclose(pinned, proof, chosen, contexts=contexts)
        except (ValueError, TypeError, AttributeError) as exc:
            raise BadInputError(str(exc)) from exc
        return dict(inline.as_written(copy, contexts))

    def fetch(self, url: str, *, accept: str, max_bytes: int) -> Fetched:
        """Serve what was published here; ask nobody else on this machine or elsewhere."""
        if url == f"{self.address}/status/bitstring":
            return Fetched(url, json.dumps(self.status_list()).encode())
        raise FetchError("http_status", url, "answered 404")

    def holds_unbound(self, document: Json) -> bool:
        """Whether all proofs hold, each by the key that it names, whoever the issuer is: what the
        suites' vectors ask, and what the product never does."""
        if [*flaws(document)]:
            return False
        try:
            pinned, contexts = inline.pin(document, CONTEXTS)
            proofs = [proof for proof in listed(pinned.get("proof")) if isinstance(proof, dict)]
            signers = {str(p.get("verificationMethod")).partition("#")[0] for p in proofs}
            checks = [
                check_proofs(pinned, did, partial(resolve, did, self.fetch), contexts)
                for did in signers
            ]
        except (CanonicalizationError, DidError, ProofValueError):
            return False
        dates = check_proof_dates(proofs, now=datetime.now(UTC))
        held = [worst(proof_checks) is None for proof_checks in checks]
        return bool(held) and all(held) and worst((dates,)) is None


def _in_own_name(issuer: str | Json, did: str) -> str | Json:
    """Return an issuer with the DID whose key signs, as VC-API allows, and what else it says."""
    return {**issuer, "id": did} if isinstance(issuer, dict) else did


def _check_status(document: Json) -> None:
    """Refuse entries that break a rule of Bitstring Status List, section 2.1."""
    for entry in listed(document.get("credentialStatus")):
        if entry.get("type") != "BitstringStatusListEntry":
            continue
        index, url = entry.get("statusListIndex"), entry.get("statusListCredential")
        if not (isinstance(index, str) and _INDEX.fullmatch(index)):
            raise BadInputError("statusListIndex")
        if not isinstance(url, str) or not isinstance(entry.get("statusPurpose"), str):
            raise BadInputError("an entry of a status list")


def create_app(server: Server, fetch: Callable[[], Any] | None = None) -> Flask:
    """Return the application around a server."""
    app = Flask("conformance", static_folder=None)

    def answered(answer: Callable[[Json], Json]) -> Response | tuple[Json, int]:
        try:
            body = strict_json.loads_object(request.get_data())
            return answer(body), 201
        except (BadInputError, strict_json.StrictJsonError) as exc:
            return {"title": "Bad input", "status": 400, "detail": str(exc)}, 400

    @app.post("/issuers/<name>/credentials/issue")
    def issue(name: str) -> Any:
        profile = server.profiles.get(name)
        return answered(partial(server.issue, profile)) if profile else ({}, 404)

    @app.post("/credentials/derive")
    def derive() -> Any:
        return answered(server.derive)

    @app.get("/status/bitstring")
    def published() -> Json:
        return server.status_list()

    @app.get("/issuers")
    def issuers() -> Json:
        return {name: profile.did for name, profile in server.profiles.items()}

    @app.before_request
    def unbound() -> Any:
        """Without binding, what has embedded proofs is judged by these alone."""
        if server.binding or request.path != "/credentials/verify":
            return None
        body = request.get_json(silent=True)
        document = body.get("verifiableCredential") if isinstance(body, dict) else None
        if not isinstance(document, dict) or "proof" not in document:
            return None
        held = server.holds_unbound(document)
        return {"verified": held}, 200 if held else 400

    app.config.update(RATELIMIT_ENABLED=False)
    app.register_blueprint(
        vc_api_blueprint(make_fetch=fetch or (lambda: server.fetch), contexts=CONTEXTS)
    )
    return app


def main() -> None:
    """Serve on this machine until interrupted."""
    parser = argparse.ArgumentParser(description="A server for W3C's test suites; see the file.")
    parser.add_argument("--port", type=int, default=40443)
    parser.add_argument("--binding", choices=["on", "off"], default="on")
    parser.add_argument("--ask-the-web", action="store_true", help="for issuers by did:web")
    args = parser.parse_args()
    server = Server(f"http://localhost:{args.port}", binding=args.binding == "on")
    app = create_app(server, WebFetch if args.ask_the_web else None)
    print(json.dumps({name: profile.did for name, profile in server.profiles.items()}, indent=1))
    serve(app, host="127.0.0.1", port=args.port, ident=None)


if __name__ == "__main__":
    main()
