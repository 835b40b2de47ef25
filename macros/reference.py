"""References: one work of the bibliography each, as it was typed and as it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from macros.problem import Place

HOUSE_FIELDS = frozenset({"provenance", "uncited"})
"""Fields of our own, which no other program knows and no formatted reference shows."""


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a person or, with `corporate`, of an organisation, which stands whole in `family`."""

    family: str
    given: str = ""
    particle: str = ""
    """The part before the family name, such as “van der”."""
    suffix: str = ""
    corporate: bool = False

    def __str__(self) -> str:
        return " ".join(part for part in (self.given, self.particle, self.family, self.suffix) if part)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entry."""

    name: str
    """In small letters."""
    typed: str
    """The value without its delimiters, abbreviations filled in, LaTeX untouched."""
    text: str
    """The value as it reads."""
    name_place: Place
    place: Place
    """Where the value starts."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A work that can be cited."""

    key: str
    type: str
    """The kind of work, in biblatex's words: `article`, `report`, `online` …"""
    fields: Mapping[str, Field]
    """By name, in the order typed."""
    title: str
    authors: tuple[Name, ...]
    editors: tuple[Name, ...]
    et_al: bool
    """Whether there are more authors than are named."""
    year: int | None
    """None when the work states no date, or none that can be read."""
    undated: bool
    """Whether the entry says in so many words that the work states no date."""
    doi: str
    """Bare, or empty."""
    url: str
    """An http(s) address, or empty."""
    urldate: str
    provenance: str
    """Where the metadata was seen."""
    raw: str = field(repr=False)
    """The entry exactly as it stands in its file."""
    place: Place

    def text(self, *names: str) -> str:
        """Return the first of the named fields that is filled in, as it reads, or nothing."""
        return next((self.fields[name].text for name in names if name in self.fields), "")

    def is_in(self, changed: Mapping[str, frozenset[int]]) -> bool:
        """Whether the entry has a line among the changed lines of files; a file without lines has changed whole."""
        lines = changed.get(self.place.path)
        end = self.place.line + self.raw.count("\n")
        return lines is not None and (not lines or any(self.place.line <= line <= end for line in lines))

    def field_place(self, name: str) -> Place:
        """Return where a field's value starts, or the entry's place when it has no such field."""
        found = self.fields.get(name)
        return found.place if found else self.place


@dataclass(frozen=True, slots=True, eq=False)
class Bibliography(Mapping[str, Reference]):
    """All references by key, in the order of their files."""

    references: Mapping[str, Reference]

    def __getitem__(self, key: str) -> Reference:
        return self.references[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.references)

    def __len__(self) -> int:
        return len(self.references)
