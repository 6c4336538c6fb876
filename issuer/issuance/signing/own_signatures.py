"""Whether signatures of a key that is at hand hold, for a quarter of what it takes to verify each.

Whoever has the private key d finds the point behind a signature (r, s) over a hash e by one
multiplication, of a number that is known: R = k·G with k = (e + r·d) / s. The signature holds if r
is the x of R (FIPS 186-5, section 6.4.2). Three signatures are checked by one multiplication: if
all hold, R₁ + 2·R₂ + 4·R₃ is (k₁ + 2·k₂ + 4·k₃)·G. Of each point only the x is known, and whether
four x belong to points that add up to zero is said by a polynomial of theirs (I. Semaev,
"Summation polynomials and the discrete logarithm problem on elliptic curves", 2004). R₂ counts
twice and R₃ four times, so that a fault that moves points alike, in either direction, does not
cancel out.
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

    `public_key` is the one that readers will have. The first signature is verified with it as
    readers do, which shows that it belongs to `private_key`, and fills up the last three; so is
    each three for which the polynomial is not zero, so that nothing is refused that a reader would
    accept.
    """
    both = [*zip(statements, signatures, strict=True)]
    first, others = both[:1], both[1:]
    filled = others + first * (-len(others) % 3)
    points = [*_points(private_key, filled)]
    suspects = [
        one
        for start in range(0, len(filled), 3)
        if not _add_up(*points[start : start + 3])
        for one in filled[start : start + 3]
    ]
    return all(verify_ecdsa(public_key, *one) for one in (*first, *suspects))


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


_Fraction = tuple[int, int]
"""A number modulo P as what stands above and below the line: to divide takes long."""


def _add_up(first: tuple[int, int], second: tuple[int, int], third: tuple[int, int]) -> bool:
    """Whether each r is the x of its k·G, as the polynomial says. False where that cannot be
    said."""
    (r1, k1), (r2, k2), (r3, k3) = first, second, third
    k = (k1 + 2 * k2 + 4 * k3) % _N
    if k == 0:
        return False
    x = ec.derive_private_key(k, _CURVE).public_key().public_numbers().x
    a, b, c = _sums((r1, 1), _doubled((r2, 1)))
    d, e, f = _sums((x, 1), _doubled(_doubled((r3, 1))))
    # Zero if both have a zero in common; also if neither has a square, which would say nothing.
    resultant = (a * f - d * c) ** 2 - 4 * (a * e - d * b) * (b * f - e * c)
    return bool(a and d) and resultant % _P == 0


def _doubled(x: _Fraction) -> _Fraction:
    """Return the x of the double of a point."""
    top, bottom = x
    square, below = top * top % _P, bottom * bottom % _P
    cube = _B * below * bottom % _P
    return (
        ((square + 3 * below) ** 2 - 8 * top * cube) % _P,
        4 * bottom * (top * (square - 3 * below) + cube) % _P,
    )


def _sums(x: _Fraction, y: _Fraction) -> tuple[int, int, int]:
    """Return a, b and c of a·z² - 2·b·z + c, which is zero if z is the x of the sum of two points,
    or of their difference."""
    left, right = x[0] * y[1] % _P, y[0] * x[1] % _P
    tops, bottoms = x[0] * y[0] % _P, x[1] * y[1] % _P
    total, below = left + right, _B * bottoms % _P
    return (
        (left - right) ** 2 % _P,
        (total * (tops - 3 * bottoms) + 2 * below * bottoms) % _P,
        ((tops + 3 * bottoms) ** 2 - 4 * below * total) % _P,
    )
