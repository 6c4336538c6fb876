"""Whether signatures of a key that is at hand hold, for a third of what it takes to verify each.

Whoever has the private key d finds the point behind a signature (r, s) over a hash e by one
multiplication, of a number that is known: R = k·G with k = (e + r·d) / s. The signature holds if r
is the x of R (FIPS 186-5, section 6.4.2). Two signatures are checked by one multiplication: if both
hold, r₁, the x of 2·R₂ (which r₂ gives) and the x of (k₁ + 2·k₂)·G belong to three points that add
up to zero, and that is so if a polynomial of the three is zero (I. Semaev, "Summation polynomials
and the discrete logarithm problem on elliptic curves", 2004). R₂ counts twice, so that a fault that
moves both points alike, in either direction, does not cancel out.
"""

import hashlib
from collections.abc import Iterator, Sequence

from cryptography.hazmat.primitives.asymmetric import ec

from verifier.public_keys.multikey import PublicKey
from verifier.public_keys.signature import verify_ecdsa

# P-256 (FIPS 186-5; SP 800-186, section 3.2.1.3): y² = x³ - 3x + B modulo P, N points
_CURVE = ec.SECP256R1()
_P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_NUMBER = 32


def all_hold(
    private_key: ec.EllipticCurvePrivateKey,
    public_key: PublicKey,
    statements: Sequence[bytes],
    signatures: Sequence[bytes],
) -> bool:
    """Whether each signature, r ‖ s, over its statement was made by this P-256 key.

    `public_key` is the one that readers will have. One or two of the signatures are verified with
    it as readers do, which shows that it belongs to `private_key`; so is each pair for which the
    polynomial is not zero, so that nothing is refused that a reader would accept.
    """
    both = [*zip(statements, signatures, strict=True)]
    alone = 2 - len(both) % 2
    if not all(verify_ecdsa(public_key, *one) for one in both[:alone]):
        return False
    points = _points(private_key, both[alone:])
    pairs = zip(both[alone::2], both[alone + 1 :: 2], points, points, strict=True)
    return all(
        _add_up(*first, *second) or (verify_ecdsa(public_key, *a) and verify_ecdsa(public_key, *b))
        for a, b, first, second in pairs
    )


def _points(
    private_key: ec.EllipticCurvePrivateKey, signed: Sequence[tuple[bytes, bytes]]
) -> Iterator[tuple[int, int]]:
    """Yield r and k of each signature."""
    secret = private_key.private_numbers().private_value
    numbers = [
        (int.from_bytes(signature[_NUMBER:]), int.from_bytes(signature[:_NUMBER]), statement)
        for statement, signature in signed
    ]
    inverses = _inverses([s for s, _, _ in numbers])
    for (_, r, statement), inverse in zip(numbers, inverses, strict=True):
        e = int.from_bytes(hashlib.sha256(statement).digest())
        yield r, (e + r * secret) * inverse % _N


def _inverses(numbers: Sequence[int]) -> list[int]:
    """Return the inverse of each modulo N, for the price of one (Montgomery's trick): zeros if
    one has none, for no signature holds with them."""
    products = [1]
    for number in numbers:
        products.append(products[-1] * number % _N)
    if products[-1] == 0:
        return [0] * len(numbers)
    inverse, inverses = pow(products[-1], -1, _N), []
    for number, product in zip(reversed(numbers), reversed(products[:-1]), strict=True):
        inverses.append(inverse * product % _N)
        inverse = inverse * number % _N
    return inverses[::-1]


def _add_up(r1: int, k1: int, r2: int, k2: int) -> bool:
    """Whether r₁ and r₂ are the x of k₁·G and k₂·G, as the polynomial says. False where that
    cannot be said."""
    k = (k1 + 2 * k2) % _N
    if k == 0:
        return False
    x = ec.derive_private_key(k, _CURVE).public_key().public_numbers().x
    square = r2 * r2 % _P
    # the x of 2·R₂ is top / bottom, so the polynomial is multiplied by bottom²
    top = ((square + 3) ** 2 - 8 * _B * r2) % _P
    bottom = 4 * (square * r2 - 3 * r2 + _B) % _P
    total, product = (r1 * bottom + top) % _P, r1 * top % _P
    squared = (r1 * bottom - top) ** 2 % _P
    linear = total * (product - 3 * bottom) + 2 * _B * bottom * bottom
    constant = (product + 3 * bottom) ** 2 - 4 * _B * bottom * total
    return (squared * x * x - 2 * linear * x + constant) % _P == 0
