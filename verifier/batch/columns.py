"""What each column of a table of applicants is for, by its whole head.

A head counts only if every word in it is known: *Email of reference* is not the applicant's
address. Other columns are ignored, and the command says so.

>>> role("Upload your badge (PDF)")
'source'
>>> role("Email of reference")
''
"""

import re
import unicodedata

from verifier.wording.words import N_

ROLES = {
    "applicant": N_("applicant"),
    "name": N_("name"),
    "first": N_("first name"),
    "last": N_("last name"),
    "emails": N_("e-mail"),
    "source": N_("file or link"),
}
"""The possible uses of a column, in the words of the command's output."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PERSON = _set("""
    applicant candidate teacher educator employee staff participant recipient earner learner
    respondent
    solicitante candidato candidata docente maestro maestra profesor profesora empleado empleada
    participante
""")
"""The applicant, by the words that tables have for one."""
_NUMBER = _set("id number no num code numero codigo clave")
_POLITE = _set("""
    your my his her their the a an s of what is are please enter provide write give here required
    optional su tu mi sus de del la el los las un una cual es por favor escriba ingrese aqui
""")
"""Words that ask, and change nothing."""
_EMAIL = _set("email emails mail correo")
_EMAIL_WITH = _set("""
    address addresses id electronico direccion work personal business professional home private
    primary main preferred current valid best permanent or confirm confirmation re repeat again
    user login trabajo laboral profesional institucional particular confirme confirmar repita o
""")
_OF_BADGE = _set("used associated on with for to was were issued sent received")
"""Heads such as *Email associated with your badge*: the address that its issuer knew."""
_ANOTHER = _set("second secondary other alternate alternative secundario otro alternativo")
"""Words for a second one: before an address, another address; before a person, somebody else."""
_AWARD = _set("""
    certificate certificates badge badges credential credentials microcredential microcredentials
    certificado certificados insignia insignias credencial credenciales microcredencial
    microcredenciales
""")
_FILE = _AWARD | _set("""
    file files filename link links url urls attachment attachments upload uploads document documents
    archivo archivos enlace enlaces adjunto adjuntos documento documentos
""")
_PICTURE = _set("image picture photo imagen foto")
"""*Badge image* is a file of a badge, *Upload a photo* a face."""
_FILE_WITH = _set("""
    or and to an with as attach attached uploaded add choose select share paste submit open digital
    micro public copy pdf png jpg jpeg svg json jwt format completion earned all any up o u
    y suba subir cargar cargue adjunte adjuntar publico copia finalizacion todas todos
""")
_LINK = _set("link links url urls enlace enlaces")
_LINK_WITH = _set("""
    verification verify sharing shareable page verificacion verificar pagina credly accredible badgr
    canvas parchment
""")
"""*Badge verification link* is a link, *Badge verification* what somebody found."""
_PLAIN = {
    "name": (
        "name", "names", "full name", "fullname", "legal name", "full legal name", "complete name",
        "first and last name", "first last name", "last first name", "last name first name",
        "full name first last", "full name first and last", "full name last first",
        "legal name first last", "legal name first middle last", "first middle last name",
        "name first last", "name last first", "name first and last", "first name last name",
        "first name and last name", "display name", "nombre", "nombres", "nombre completo",
        "nombre y apellido", "nombre y apellidos", "nombres y apellidos", "apellidos y nombre",
        "apellidos y nombres",
    ),
    "first": (
        "first name", "firstname", "first", "given name", "given names", "givenname", "forename",
        "legal first name", "name first", "name first name", "name given", "full name first",
        "full name first name", "primer nombre", "nombre pila",
    ),
    "last": (
        "last name", "lastname", "last", "surname", "family name", "familyname", "legal last name",
        "name last", "name last name", "name family", "full name last", "full name last name",
        "apellido", "apellidos", "primer apellido", "segundo apellido", "apellido paterno",
        "apellido materno",
    ),
}  # fmt: skip
"""Names, by what is left without `_PERSON` and `_POLITE`."""
_FILE_NAME = (("file", "name"), ("nombre", "archivo"))
_AS_SHOWN = re.compile(
    r"\W+(?:exactly |just )?(?:as (?:it|they|you|shown|printed|written|listed|on|in)"
    r"|(?:tal )?como (?:aparece|figura))\b.*",
    re.IGNORECASE | re.DOTALL,
)
"""*Name (as it appears on your certificate)* is a name."""
_INNER_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_COUNTER = re.compile(r"q?\d+")


def role(head: str) -> str:
    """Return which of `ROLES` a column with this head is for, or '' if it is for none."""
    words = _words(head)
    return _file(words) or _email(words) or _person(words)


def _words(head: str) -> list[str]:
    """Return the words of a head in lower case, without accents and numbers; but the second of
    several people is somebody else."""
    parted = _INNER_CAPITAL.sub(" ", _AS_SHOWN.sub("", head))
    plain = unicodedata.normalize("NFKD", parted).encode("ascii", "ignore").decode().lower()
    words = re.findall("q?[0-9]+|[a-z]+", re.sub(r"\be[- ]mail", "email", plain))
    return [
        word
        for before, word in zip(["", *words], words, strict=False)
        if not _COUNTER.fullmatch(word) or (before in _PERSON and word != "1")
    ]


def _file(words: list[str]) -> str:
    """A file or link: *Certificate*, *Upload your badge (PDF)*, not *Certificate number*."""
    terms = {*words}
    for pair in map(set, _FILE_NAME):
        if pair <= terms:
            terms = terms - pair | {"file"}
    allowed = _FILE | _FILE_WITH | _POLITE | _PERSON | (_PICTURE if _AWARD & terms else set())
    allowed |= _LINK_WITH if _LINK & terms else set()
    return "source" if _FILE & terms and terms <= allowed else ""


def _email(words: list[str]) -> str:
    allowed = _EMAIL | _EMAIL_WITH | _POLITE | (_PERSON if not _ANOTHER & {*words} else _ANOTHER)
    allowed |= _AWARD | _OF_BADGE if _AWARD & {*words} else set()
    return "emails" if _EMAIL & {*words} and {*words} <= allowed else ""


def _person(words: list[str]) -> str:
    rest = [word for word in words if word not in _PERSON | _POLITE]
    part = next((name for name, heads in _PLAIN.items() if " ".join(rest) in heads), "")
    return part or ("applicant" if _PERSON & {*words} and {*rest} <= _NUMBER else "")
