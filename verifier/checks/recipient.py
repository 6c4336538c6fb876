"""The recipient: compare a name, an e-mail address or a DID with what was signed (OB-35, OB-86).

>>> ascii_lower("Jordan.Example@School.Example")
'jordan.example@school.example'
"""

import hashlib
import hmac
import string
import unicodedata

import idna

from verifier.credential.model import Credential, Identity, folded_name
from verifier.parsing.email_address import in_ascii
from verifier.report import Answer, Check, Outcome, Verdict

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe"})
"""Letters that Unicode does not take apart, as people write them where a keyboard lacks them."""
_HASHES = {"sha256": hashlib.sha256, "md5": hashlib.md5}


def identity_hash(value: str, salt: str) -> str:
    """Return the `identityHash` of `value`: `sha256$` and the hex of value and salt (B.4.6)."""
    return "sha256$" + hashlib.sha256((value + salt).encode()).hexdigest()


def ascii_lower(text: str) -> str:
    """Return `text` with A to Z in lower case. Letters of other alphabets stay as they are: `ß` is
    not `ss`, and the sign for kelvin is no `k`, though Unicode folds them together."""
    return text.translate(_LOWER)


def folded_address(address: str) -> str:
    """Return an e-mail address as it is compared: in lower case, its domain in IDNA."""
    return in_ascii(ascii_lower(address))


def matches(identity: Identity, value: str) -> bool:
    """Whether `value` is this identity. E-mails are compared in ASCII lower case, with domains
    in IDNA; where they are hashed, as given and in each form that they may be hashed in."""
    value, is_email = value.strip(), identity.type == "emailAddress"
    if not identity.hashed and is_email:
        return folded_address(identity.value.strip()) == folded_address(value)
    if not identity.hashed:
        return identity.value.strip().casefold() == value.casefold()
    forms = {value, ascii_lower(value)}
    if is_email:
        forms |= {folded_address(value), _in_letters(value)}
    name, _, digest = identity.value.partition("$")
    if name not in _HASHES:
        return False
    texts = ((form + identity.salt).encode(errors="replace") for form in forms)
    hashes = (_HASHES[name](text).hexdigest() for text in texts)
    return any(hmac.compare_digest(own.encode(), digest.lower().encode()) for own in hashes)


def _in_letters(address: str) -> str:
    """Return an address in lower case, its domain as people write it."""
    local, at, domain = ascii_lower(address).rpartition("@")
    try:
        return local + at + idna.decode(domain, uts46=True)
    except idna.IDNAError:
        return local + at + domain


def judge(credential: Credential, presented: str) -> Verdict:
    """Return whether the credential belongs to who presented it: the fourth verdict, *Theirs*.

    `presented` is an e-mail address, a DID, a name, or a name and an address, of which the address
    decides if it is in the credential. Many people share a name, so a match of names is no `yes`:
    it is `could_not_check` with the code `name_only`. One that differs by accents, initials or the
    order alone is no `no`: it is `name_spelled_differently`.
    """
    if presented.startswith("did:"):
        did = credential.subject_id or ""
        compared = [did == presented] if did.startswith("did:") else []
    elif "@" in presented:
        emails = [item for item in credential.identities if item.type == "emailAddress"]
        address, name = _parted(presented)
        compared = [matches(item, address) for item in emails]
        if name and not any(compared):
            by_name = judge(credential, name)
            compared += [False] if by_name.answer is Answer.NO else []
            if by_name.code not in ("not_theirs", "no_identity_to_compare"):
                return by_name
    else:
        names = [item for item in credential.identities if item.type == "name"]
        if any(_same_name(item, presented) for item in names):
            code = "names_differ" if check_names(credential) else "name_only"
            return Verdict(Answer.COULD_NOT_CHECK, code)
        if any(_may_be_same(item.value, presented) for item in names if not item.hashed):
            return Verdict(Answer.COULD_NOT_CHECK, "name_spelled_differently")
        compared = [False for _ in names]
    if not compared:
        return Verdict(Answer.COULD_NOT_CHECK, "no_identity_to_compare")
    return Verdict(Answer.YES, "theirs") if any(compared) else Verdict(Answer.NO, "not_theirs")


def _parted(presented: str) -> tuple[str, str]:
    """Return the e-mail address in what was typed, and the name beside it or ''."""
    words = presented.replace("<", " ").replace(">", " ").split()
    address = next(word for word in words if "@" in word)
    return address.removeprefix("mailto:"), " ".join(word for word in words if word != address)


def check_names(credential: Credential) -> tuple[Check, ...]:
    """Return the note that the holder has several names in it, of which nobody here can choose."""
    names = [item for item in credential.identities if item.type == "name"]
    plain = [item.value for item in names if not item.hashed]
    if all(_same_name(item, name) for item in names for name in plain):
        return ()
    return (Check("shape", Outcome.PASSED, "names_differ"),)


def check_other_word(credential: Credential) -> tuple[Check, ...]:
    """Return the note that a credential is by the one it is about, so that it is their own word
    (VCDM 2.0, section 4.13.4)."""
    if credential.subject_id != credential.issuer.id:
        return ()
    return (Check("shape", Outcome.PASSED, "own_word"),)


def _same_name(identity: Identity, presented: str) -> bool:
    same = not identity.hashed and folded_name(identity.value) == folded_name(presented)
    return same or matches(identity, presented)


def _may_be_same(signed: str, presented: str) -> bool:
    """Whether two names differ at most by case, accents, marks, order, initials, or by a name that
    one of them leaves out. One name of more than a letter has to be in both."""
    fewer, more = sorted((_parts(signed), _parts(presented)), key=len)
    in_both = [part for part in fewer if part in more]
    rest = list(more)
    for part in (*in_both, *(part for part in fewer if part not in more)):
        fits = next((other for other in rest if _may_stand_for(part, other)), None)
        if fits is None:
            return False
        rest.remove(fits)
    return any(len(part) > 1 for part in in_both)


def _parts(name: str) -> list[str]:
    """Return the names in a name, without accents and capitals."""
    letters = unicodedata.normalize("NFKD", name.casefold()).translate(_PLAIN)
    plain = "".join(c for c in letters if not unicodedata.combining(c) and c not in "'’")
    return "".join(c if c.isalnum() else " " for c in plain).split()


def _may_stand_for(part: str, other: str) -> bool:
    return part == other or (1 in (len(part), len(other)) and part[0] == other[0])
