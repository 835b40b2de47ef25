"""Identifiers of works, people and organisations, and whether one is well formed, check digits included."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from urllib.parse import unquote, urlsplit

_ROR = re.compile(r"(?:https?://ror\.org/)?0([0-9a-hjkmnp-tv-z]{6})(\d{2})", re.IGNORECASE)
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def _library(name: str) -> Callable[[str], object]:
    """Return a check of the library, which takes a third of a second to load and is wanted by few commands."""

    def good(text: str) -> object:
        return getattr(import_module("idutils"), name)(text)

    return good


_is_doi = _library("is_doi")


def _is_ror(text: str) -> bool:
    """Whether a text is a ROR id, its two last digits included.

    They are 98 less the remainder by 97 of the hundredfold of the six places before, which are a number in
    Crockford's base 32 (ISO/IEC 7064, MOD 97-10, as ROR's documentation describes its ids). idutils knows the
    form alone.
    """
    found = _ROR.fullmatch(text)
    if not found:
        return False
    value = 0
    for letter in found[1].lower():
        value = value * 32 + _CROCKFORD.index(letter)
    return 98 - value * 100 % 97 == int(found[2])


def _is_pmid(text: str) -> bool:
    return bool(re.fullmatch(r"[1-9]\d{0,8}", text))


def _is_pmcid(text: str) -> bool:
    return bool(re.fullmatch(r"PMC[1-9]\d{2,8}", text))


SCHEMES: dict[str, tuple[str, Callable[[str], object], str]] = {
    "isbn": ("ISBN", _library("is_isbn"), "It has 10 or 13 digits, and the last follows from the others."),
    "issn": ("ISSN", _library("is_issn"), "It has the form 1234-5679; the last place follows from the others."),
    "orcid": (
        "ORCID iD",
        _library("is_orcid"),
        "It has the form 0000-0002-1825-0097; the last place follows from the others.",
    ),
    "pmid": ("PubMed ID", _is_pmid, "It is a number of up to nine digits, without “PMID”."),
    "pmcid": ("PubMed Central ID", _is_pmcid, "It is “PMC” and a number."),
    "ror": (
        "ROR id",
        _is_ror,
        "It has the form https://ror.org/00g5b0g93; the last two digits follow from the others.",
    ),
}
"""By the name of the field: what such an identifier is called, what tells a good one, and what one looks like."""

_HOSTS = {"orcid.org": "orcid", "ror.org": "ror"}
_DOI_HOSTS = ("doi.org", "dx.doi.org", "www.doi.org")


def misformed(scheme: str, text: str) -> str:
    """Return what is wrong with an identifier of a scheme, in a sentence; empty when it is well formed."""
    name, good, _ = SCHEMES[scheme]
    return (
        "" if good(text) else f"“{text[:60]}” is not {'an' if name[0] in 'IO' else 'a'} {name}: a digit may be wrong."
    )


def misformed_address(address: str) -> tuple[str, str]:
    """Return what is wrong with an address at a registry of identifiers, and what one looks like; empty for any other."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    name = unquote(parts.path).strip("/")
    if host in _HOSTS and name:
        scheme = _HOSTS[host]
        return misformed(scheme, name), SCHEMES[scheme][2]
    if host in _DOI_HOSTS and name and not _is_doi(name):
        return f"“{name[:60]}” is not a DOI.", "A DOI starts with “10.”, a number and a slash."
    return "", ""
