"""The cryptosuites of Data Integrity: all but the private-key step, one row each (design D1)."""

from verifier.cryptosuites.eddsa_rdfc_2022 import EDDSA_RDFC_2022
from verifier.cryptosuites.suite import Suite

SUITES: dict[str, Suite] = {suite.name: suite for suite in (EDDSA_RDFC_2022,)}

__all__ = ["SUITES", "Suite"]
