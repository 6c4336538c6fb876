"""The cryptosuites an issuer may sign with, and the key each needs (D1).

check(("eddsa-rdfc-2022",), "ES256", did_key=False)  # raises `ProfileError`
"""

from collections.abc import Iterable
from dataclasses import dataclass

from contexts.errors import MintmarkError
from keys.entry import JWT_USES, KeyUse
from verifier.proof.cryptosuites import ECDSA_SD_2023, SUITES, Suite


@dataclass(frozen=True, slots=True)
class SigningProfile:
    """A suite, and the use of the key that signs for it: one proof of each credential."""

    suite: Suite
    use: KeyUse


PROFILES = {
    "eddsa-rdfc-2022": SigningProfile(SUITES["eddsa-rdfc-2022"], KeyUse.PROOF),
    "eddsa-jcs-2022": SigningProfile(SUITES["eddsa-jcs-2022"], KeyUse.PROOF),
    "ecdsa-rdfc-2019": SigningProfile(SUITES["ecdsa-rdfc-2019"], KeyUse.PROOF_P256),
    "ecdsa-rdfc-2019 P-384": SigningProfile(SUITES["ecdsa-rdfc-2019"], KeyUse.PROOF_P384),
    "ecdsa-jcs-2019": SigningProfile(SUITES["ecdsa-jcs-2019"], KeyUse.PROOF_P256),
    "ecdsa-jcs-2019 P-384": SigningProfile(SUITES["ecdsa-jcs-2019"], KeyUse.PROOF_P384),
}
"""The names for `credentials.proofs`. Several make a proof set, in which each proof is independent
of the others (Data Integrity 1.0, section 2.1.1)."""
PROOF, JWT = "eddsa-rdfc-2022", "ES256"
"""The default."""
PROOF_TO_SHARE = ECDSA_SD_2023.name
"""The proof from which its holder can share less; it stands in a form of its own."""


class ProfileError(MintmarkError):
    """No issuer can sign with this choice. The message says what to choose instead."""


def check(proofs: tuple[str, ...], jwt: str, *, did_key: bool) -> None:
    """Raise `ProfileError` unless an issuer can sign with these; an empty `jwt` means no JWT."""
    known = ", ".join(f'"{name}"' for name in (*PROFILES, PROOF_TO_SHARE))
    if unknown := set(proofs) - {*PROFILES, PROOF_TO_SHARE}:
        raise ProfileError(f"credentials.proofs: {sorted(unknown)[0]!r} is none of {known}")
    if len(set(proofs)) != len(proofs):
        raise ProfileError("credentials.proofs: one of them stands twice")
    if not set(proofs) - {PROOF_TO_SHARE}:
        raise ProfileError(
            f'credentials.proofs: "{PROOF_TO_SHARE}" is for the holder alone, so others need one'
            f' more: ["{PROOF}", "{PROOF_TO_SHARE}"]'
        )
    if jwt and jwt not in JWT_USES:
        raise ProfileError(f"credentials.jwt: {jwt!r} is none of {', '.join(sorted(JWT_USES))}")
    if did_key and (others := key_uses(proofs, jwt) - {KeyUse.PROOF}):
        raise ProfileError(
            "credentials: a did:key issuer is one Ed25519 key, for proofs by eddsa-rdfc-2022 and"
            f" eddsa-jcs-2022, and has none for: {', '.join(sorted(others))}"
        )


def key_uses(proofs: Iterable[str], jwt: str) -> set[KeyUse]:
    """Return the uses of the keys that an issuer needs to sign with these."""
    uses = {PROFILES[name].use for name in proofs if name in PROFILES}
    if PROOF_TO_SHARE in proofs:
        uses.add(KeyUse.SD)
    return uses | ({JWT_USES[jwt]} if jwt else set())
