"""Make a trust list of the federal directory of school districts.

The input is the Local Education Agency Universe, directory file (`ccd_lea_029_…`), of the Common
Core of Data of the National Center for Education Statistics (NCES): a CSV with one row for each
agency and its `WEBSITE`. The host of that website can publish the agency's did:web document.
Nobody has asked the districts, so every entry is marked as unverified.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from verifier.issuers.controller import DidError
from verifier.issuers.did import did_web_url
from verifier.parsing import web_address
from verifier.trust.lists import TrustListError

COLUMNS = ("LEAID", "LEA_NAME", "ST", "WEBSITE")
_CLOSED = ("closed", "inactive", "future")


@dataclass(frozen=True, slots=True)
class Built:
    """A trust list made of a directory, and how many rows gave no entry, by the reason."""

    document: dict[str, Any]
    left_out: Counter[str]


def build(data: bytes, *, now: datetime, state: str = "") -> Built:
    """Return the list of the districts whose website names a host of its own.

    Left out are closed agencies, and those without a website, with a website below a path, or on a
    host that another agency uses too (a shared platform does not identify anybody).
    """
    left_out: Counter[str] = Counter()
    hosts: dict[str, dict[str, str]] = {}
    for row in _rows(data):
        if state and row["ST"].strip().casefold() != state.casefold():
            continue
        status = row.get("SY_STATUS_TEXT") or ""
        host = _host(row["WEBSITE"])
        if any(word in status.casefold() for word in _CLOSED):
            left_out["closed, inactive or not open yet"] += 1
        elif host is None:
            left_out["without a website that is a host of its own"] += 1
        elif host in hosts:
            left_out["on the same host as another agency"] += 1 if hosts[host] else 0
            left_out["on the same host as another agency"] += 1
            hosts[host] = {}
        else:
            hosts[host] = row
    entries = [entry for host, row in hosts.items() if row for entry in _entries(host, row)]
    document = {
        "type": "MintmarkTrustList",
        "version": 1,
        "name": "School districts by the federal directory",
        "updated": now.isoformat(),
        "entries": entries,
    }
    return Built(document, left_out)


def _rows(data: bytes) -> Iterator[dict[str, str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise TrustListError(
            f"the directory has no column {missing[0]}: give the CSV of the LEA universe "
            "(directory) of the Common Core of Data, nces.ed.gov/ccd"
        )
    try:
        yield from reader
    except csv.Error as exc:
        raise TrustListError(f"the directory after line {reader.line_num}: {exc}") from exc


def _host(website: str) -> str | None:
    """Return the host of a website without `www.`, or None if the site is not a host of its own."""
    text = website.strip()
    address = web_address.read(text if "://" in text else f"https://{text}")
    if address is None or address.path != "/" or address.query or address.site != address.host:
        return None
    host = address.host.removeprefix("www.")
    try:
        did_web_url(f"did:web:{host}")
    except DidError:
        return None
    return host if "." in host else None


def _entries(host: str, row: dict[str, str]) -> Iterator[dict[str, str]]:
    year = f" {row['SCHOOL_YEAR']}" if row.get("SCHOOL_YEAR") else ""
    for name in (host, f"www.{host}"):
        yield {
            "id": f"did:web:{name}",
            "name": f"{row['LEA_NAME'].strip() or row['LEAID']} ({row['ST'].strip()})",
            "kind": "district",
            "unverified": f"the federal directory (NCES{year}, LEA {row['LEAID'].strip()})",
        }
