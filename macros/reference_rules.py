"""What a good entry of the bibliography is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from macros import latex
from macros.catalogue import Code
from macros.fields import NOT_STATED, SLUG
from macros.identifier import SCHEMES, misformed
from macros.likeness import alike, words
from macros.nearest import did_you_mean
from macros.placeholder import placeholder
from macros.problem import Fix, Place, Problem, Severity
from macros.reference import Bibliography, Field, Name, Reference

CODES: tuple[Code, ...] = (
    Code(
        "E501",
        "bibliography-unreadable",
        "A file of the bibliography cannot be read: it is missing, larger than 1 MiB or not UTF-8.",
        "What cannot be read cannot be cited.",
        "references.bib saved as Windows-1252",
        "references.bib saved as UTF-8",
    ),
    Code(
        "E502",
        "entry-unparsable",
        "An entry is not valid BibTeX.",
        "Other programs pass over such an entry without a word, and the reference is lost.",
        "@book{said1978,\n  title = {Orientalism,\n}",
        "@book{said1978,\n  title = {Orientalism},\n}",
    ),
    Code(
        "E503",
        "key-twice",
        "A key or an abbreviation is defined twice.",
        "Most programs silently keep one of the two, so that a citation leads to the wrong work.",
        "@book{said1978, title = {Orientalism}}\n@book{said1978, title = {Culture}}",
        "@book{said1978, title = {Orientalism}}\n@book{said1978-culture, title = {Culture}}",
    ),
    Code(
        "E504",
        "bibliography-field-twice",
        "A field is written twice in one entry.",
        "One of the two values would be lost without a word.",
        "@book{said1978, date = {1978}, date = {1979}}",
        "@book{said1978, date = {1978}}",
    ),
    Code(
        "E505",
        "bibliography-field-missing",
        "A work lacks its title, its date, or whoever answers for it.",
        "A reader could not find it. A work that states no date has “date = {not stated}”.",
        "@article{jones2016,\n  author = {Jones, A.},\n  title = {Shade},\n  date = {2016},\n}",
        "@article{jones2016,\n  author = {Jones, A.},\n  title = {Shade},\n"
        "  journaltitle = {Urban Trees},\n  date = {2016},\n}",
    ),
    Code(
        "E507",
        "provenance-missing",
        "An entry does not say where its data was seen.",
        "Data from memory is the commonest way for a false reference to come about.",
        "@book{said1978, title = {Orientalism}}",
        "@book{said1978, title = {Orientalism}, provenance = {jones2016, reference list, no. 13}}",
    ),
    Code(
        "E508",
        "doi-not-bare",
        "A DOI is written as an address or with “doi:” before it.",
        "Links, exports and checks are made from the bare DOI.",
        "@article{skopec2019, doi = {https://doi.org/10.1136/bmj.l6205}}",
        "@article{skopec2019, doi = {10.1136/bmj.l6205}}",
    ),
    Code(
        "E509",
        "doi-malformed",
        "A DOI is not of the form 10.number/name.",
        "It would lead nowhere.",
        "@article{skopec2019, doi = {bmj.l6205}}",
        "@article{skopec2019, doi = {10.1136/bmj.l6205}}",
    ),
    Code(
        "E510",
        "url-not-web",
        "A URL is not an http or https address.",
        "Readers follow it; other schemes can run code, and LaTeX in it breaks it.",
        "@online{who2014, url = {www.who.int}}",
        "@online{who2014, url = {https://www.who.int}}",
    ),
    Code(
        "E511",
        "urldate-missing",
        "An address has neither a date of access nor a DOI beside it.",
        "Pages change; a reader has to know which state was meant. If whoever printed the address gave no "
        "date, that is “urldate = {not stated}”.",
        "@online{who2014, url = {https://www.who.int}}",
        "@online{who2014, url = {https://www.who.int}, urldate = {2020-09}}",
        Severity.WARNING,
    ),
    Code(
        "E512",
        "bad-key",
        "A key has other characters than small letters, digits and single hyphens.",
        "It becomes part of an address and never changes.",
        "@book{Said_1978, title = {Orientalism}}",
        "@book{said1978, title = {Orientalism}}",
    ),
    Code(
        "E513",
        "bad-date",
        "A date is not a plausible YYYY, YYYY-MM or YYYY-MM-DD.",
        "Lists are sorted by it, and a slip in a year is easily overlooked.",
        "@book{said1978, date = {n.d.}}",
        "@book{said1978, date = {not stated}}",
    ),
    Code(
        "E514",
        "bibliography-unknown-field",
        "A field is not one of biblatex's or ours.",
        "It is a slip of the pen, or something that would never be shown.",
        "@article{jones2016, jounaltitle = {Urban Trees}}",
        "@article{jones2016, journaltitle = {Urban Trees}}",
    ),
    Code(
        "E515",
        "unknown-entry-type",
        "A type of work is not one of biblatex's.",
        "How a reference is put together depends on it.",
        "@artcle{jones2016, author = {Jones, A.}}",
        "@article{jones2016, author = {Jones, A.}}",
    ),
    Code(
        "E516",
        "reference-unused",
        "Nothing on the site cites a reference.",
        "It may be left over, or the citation that it was added for was forgotten.",
        "an entry that no record and no page names",
        "[@said1978] in a record or on a page",
        Severity.WARNING,
    ),
    Code(
        "E517",
        "text-outside-entry",
        "Text stands between entries without a % before it.",
        "BibTeX passes over it in silence, and an entry whose @ was lost goes with it.",
        "book{said1978,\n  title = {Orientalism},\n}",
        "% A comment\n@book{said1978,\n  title = {Orientalism},\n}",
    ),
    Code(
        "E518",
        "hidden-character",
        "An invisible character stands in the bibliography.",
        "It breaks links and searches, and can show a reviewer something other than what is there.",
        "@book{said1978, title = {Orient\u200balism}}",
        "@book{said1978, title = {Orientalism}}",
    ),
    Code(
        "E519",
        "latex-lost",
        "A field has LaTeX in it that would be lost or misread.",
        "A bare % makes the rest of the line a comment; unknown commands disappear with their text.",
        "@book{x2020, title = {Why 50% fail}}",
        "@book{x2020, title = {Why 50\\% fail}}",
    ),
    Code(
        "E520",
        "bad-name",
        "A name cannot be taken apart, or is an organisation's without double braces.",
        "“Department of Works” would be printed as a Mr or Ms Works.",
        "@report{works2007, author = {Department of Works}}",
        "@report{works2007, author = {{Department of Works}}}",
    ),
    Code(
        "E521",
        "bibliography-bad-value",
        "A value is not a text in braces or quotation marks, a number or a known abbreviation.",
        "The comma before the next field is often missing, and that field would be lost.",
        "@book{said1978, title = {Orientalism} date = {1978}}",
        "@book{said1978, title = {Orientalism}, date = {1978}}",
    ),
    Code(
        "E522",
        "doi-twice",
        "Two entries have the same DOI.",
        "One work under two keys is counted and numbered twice.",
        "@article{a2019, doi = {10.1136/bmj.l6205}}\n@article{b2019, doi = {10.1136/BMJ.L6205}}",
        "@article{a2019, doi = {10.1136/bmj.l6205}}",
        Severity.WARNING,
    ),
    Code(
        "E523",
        "oversized-field",
        "A field is longer than 20,000 characters, or its braces are nested more than 16 deep.",
        "No reference needs it; most often a closing brace is missing.",
        "@book{said1978, title = {" + "{" * 17 + "Orientalism" + "}" * 17 + "}}",
        "@book{said1978, title = {Orientalism}}",
    ),
    Code(
        "E524",
        "identifier-malformed",
        "An ISBN, ISSN, PubMed ID or PubMed Central ID is not well formed, or its check digit does not fit.",
        "It leads to no work, or to another.",
        "@book{moore1966, isbn = {978-0-306-40615-8}}",
        "@book{moore1966, isbn = {978-0-306-40615-7}}",
    ),
    Code(
        "E525",
        "pages-implausible",
        "Pages are not numbers, or end before they begin.",
        "A reader looks for the work in the wrong place.",
        "@article{moore1966, pages = {128--120}}",
        "@article{moore1966, pages = {120--128}}",
    ),
    Code(
        "E526",
        "excuse-not-needed",
        "A reference says why nothing cites it, and something does.",
        "An excuse that is no longer true hides the next reference that nobody uses.",
        "uncited = {Kept for the appendix}   # and a record cites it",
        "no field “uncited”",
    ),
    Code(
        "E528",
        "likely-same-work",
        "Two entries probably are the same work.",
        "One work under two keys is counted and numbered twice.",
        "@report{jones2016, title = {On mutual learning}}\n@report{jones2016-report, title = {On Mutual Learning}}",
        "@report{jones2016, title = {On mutual learning}}",
        Severity.WARNING,
    ),
    Code(
        "E529",
        "reference-placeholder",
        "A field still holds the text of a template.",
        "What looks filled in and is not misleads worse than a gap.",
        "@book{said1978, publisher = {TODO}}",
        "@book{said1978, title = {Orientalism}}   % and no publisher: it was not seen",
    ),
    Code(
        "E530",
        "unknown-style",
        "The citation style does not exist.",
        "References were put into the default style instead.",
        "style: vancuver",
        "style: vancouver",
    ),
    Code(
        "E531",
        "formatter-failed",
        "The program that formats references could not be run, or failed.",
        "References are shown in a makeshift form until it can.",
        "pandoc is missing",
        "pip install -r requirements.txt",
    ),
)

_SEVERITIES = {about.code: about.severity for about in CODES}

_PERSONS = ("author", "editor")
_BODIES = ("organization", "institution", "school")
_ANYBODY = (_PERSONS + _BODIES,)
_DATE = ("date", "year")
_JOURNAL = ("journaltitle", "journal")

REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "article": (("author", "editor"), _JOURNAL),
    "book": _ANYBODY,
    "booklet": _ANYBODY,
    "collection": _ANYBODY,
    "conference": (("author",), ("booktitle",)),
    "dataset": _ANYBODY,
    "electronic": _ANYBODY,
    "inbook": (("author",), ("booktitle",)),
    "incollection": (("author",), ("booktitle",)),
    "inproceedings": (("author",), ("booktitle",)),
    "legislation": (),
    "manual": _ANYBODY,
    "mastersthesis": (("author",), ("institution", "school")),
    "misc": _ANYBODY,
    "online": _ANYBODY,
    "patent": (("author",),),
    "phdthesis": (("author",), ("institution", "school")),
    "proceedings": _ANYBODY,
    "report": _ANYBODY,
    "software": _ANYBODY,
    "standard": _ANYBODY,
    "techreport": _ANYBODY,
    "thesis": (("author",), ("institution", "school")),
    "unpublished": _ANYBODY,
    "video": _ANYBODY,
    "www": _ANYBODY,
}
"""Each type of entry, with what it must have besides title and date: one of each group."""

DATE_FIELDS = frozenset({"date", "year", "urldate", "origdate", "eventdate"})
LIST_FIELDS = latex.words("publisher location address institution school organization")
"""Fields in which “and” parts one name from the next, unless braces hold it."""
VERBATIM_FIELDS = DATE_FIELDS | latex.words(
    "doi url eprint eprinttype isbn issn pmid pmcid provenance uncited langid keywords license"
)
"""Fields in which LaTeX means nothing."""
FORMATTED_FIELDS = latex.words(
    "title subtitle titleaddon journaltitle journal journalsubtitle issuetitle booktitle booksubtitle "
    "maintitle series edition volume volumes number issue pages pagetotal chapter part month publisher "
    "location address institution school organization type howpublished version eventtitle venue pubstate "
    "isbn issn date year origdate eventdate urldate doi url"
)
"""Fields that take part in a formatted reference as they are, besides names."""
KNOWN_FIELDS = (
    FORMATTED_FIELDS
    | VERBATIM_FIELDS
    | latex.words("author editor translator eid note abstract shorttitle shortjournal")
)

_EARLIEST_YEAR = 1450
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"<>{}\\]+")
_DOI_BEFORE = re.compile(r"\s*(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:\s*|info:doi/)", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"'`\\{}]+")
_DATE_FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?[~?%]?")
_NO_DATE = re.compile(r"n\.?\s*d\.?|no date|undated|date unknown|unknown|-+|\?+", re.IGNORECASE)
_PAGE = re.compile(r"[A-Za-z]{0,4}\.?\d{1,7}[A-Za-z]{0,3}|[ivxlcdm]{1,12}", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([_%&#~$])")
_SUFFIX = re.compile(r"(?:Jr|Jnr|Sr|Snr|[IVX]+|\d(?:st|nd|rd|th))\.?")
_TRAILING_INITIALS = re.compile(r"\w [A-Z]{1,3}$")
_LOWERCASE_OF_BODIES = latex.words("of for the on in and")
BODY_WORDS = latex.words(
    "Academy Agency Association Board Centre Center Collaboration Collaborative College Commission "
    "Committee Confederation Consortium Corporation Council Department Foundation Fund Government Group "
    "Hospital Institute Institution Ministry Nations Network Office Organisation Organization Parliament "
    "Partnership Party Programme Secretariat Service Society Trust Union University"
)


def check(reference: Reference, today: date) -> Iterator[Problem]:
    """Yield what is wrong with an entry taken by itself."""
    yield from _key(reference)
    yield from _type_and_required(reference)
    for field in reference.fields.values():
        found = placeholder(field.text)
        if found:
            yield _problem("E529", field.place, f"“{field.name}” still holds “{found}”.", "Fill it in, or delete it.")
        if field.name not in KNOWN_FIELDS:
            yield _problem(
                "E514",
                field.name_place,
                f"The field “{latex.plain(field.name)[:40]}” does not exist.",
                did_you_mean(field.name, sorted(KNOWN_FIELDS)),
            )
        elif field.name in DATE_FIELDS:
            yield from _date(field, today)
        elif field.name not in VERBATIM_FIELDS:
            yield from _latex(field)
    yield from _doi(reference.fields.get("doi"))
    yield from _identifiers(reference)
    yield from _pages(reference.fields.get("pages"))
    yield from _url(reference)
    for role, names in (("author", reference.authors), ("editor", reference.editors)):
        for name in names:
            yield from _name(name, reference.field_place(role))


def check_together(bibliography: Bibliography) -> Iterator[Problem]:
    """Yield what is wrong between entries."""
    first: dict[str, Reference] = {}
    for reference in bibliography.values():
        if not reference.doi:
            continue
        known = first.setdefault(reference.doi.lower(), reference)
        if known is not reference:
            yield _problem(
                "E522",
                reference.field_place("doi"),
                f"“{known.key}” at {known.place} has this DOI too.",
                "If it is the same work, keep one entry and cite that.",
            )
    titles = {key: ref.title for key, ref in bibliography.items() if len(words(ref.title)) >= _ENOUGH_WORDS}
    for one, other, _ in alike(titles, _SAME_TITLE):
        earlier, later = bibliography[one], bibliography[other]
        if _may_be_same(earlier, later):
            yield _problem(
                "E528",
                later.field_place("title"),
                f"This is probably the same work as “{one}” at {earlier.place}.",
                "If it is, keep one entry and cite that; if not, something in title, date or DOI has to tell them apart.",
            )


_SAME_TITLE = 93
_ENOUGH_WORDS = 3
"""A title of fewer words, such as “Annual report”, is shared by many works."""


def _may_be_same(one: Reference, other: Reference) -> bool:
    """Whether nothing but the title tells two works apart; that they share a DOI is told apart."""
    years_differ = one.year is not None and other.year is not None and abs(one.year - other.year) > 1
    authors = [{name.family.casefold() for name in reference.authors} for reference in (one, other)]
    return not (years_differ or (one.doi and other.doi) or (all(authors) and authors[0].isdisjoint(authors[1])))


def unused(bibliography: Bibliography, used_keys: Collection[str]) -> tuple[Problem, ...]:
    """Return a warning for each reference that nothing uses and that does not say why, or says why and is used."""
    found = []
    for key, reference in bibliography.items():
        excuse = reference.text("uncited")
        if key not in used_keys and not excuse:
            hint = "Cite it, delete it, or say why it is kept: “uncited = {…}”."
            found.append(_problem("E516", reference.place, f"Nothing cites “{key}”.", hint))
        elif key in used_keys and excuse:
            place = reference.field_place("uncited")
            found.append(_problem("E526", place, f"“{key}” is cited.", "Delete the field “uncited”."))
    return tuple(found)


def bare_doi(text: str) -> str:
    """Return the DOI in a text that may have an address or “doi:” before it; empty when there is none."""
    bare = _ESCAPED.sub(r"\1", _DOI_BEFORE.sub("", text, count=1)).strip()
    return bare if _DOI.fullmatch(bare) else ""


def is_web_address(text: str) -> bool:
    """Whether a text is an http or https address, whole and without LaTeX."""
    return bool(_URL.fullmatch(text))


def _problem(code: str, place: Place, message: str, suggestion: str = "", fix: Fix | None = None) -> Problem:
    return Problem(code, place, message, suggestion, _SEVERITIES[code], fix)


def _key(reference: Reference) -> Iterator[Problem]:
    if not SLUG.fullmatch(reference.key):
        better = "-".join(re.findall(r"[a-z0-9]+", reference.key.lower()))
        yield _problem(
            "E512",
            reference.place,
            f"“{reference.key[:60]}” cannot be a key: use small letters a–z, digits and single hyphens.",
            f"“{better[:60]}” would do." if better else "",
        )


def _type_and_required(reference: Reference) -> Iterator[Problem]:
    if reference.type not in REQUIRED:
        yield _problem(
            "E515",
            reference.place,
            f"The type “@{reference.type[:40]}” does not exist.",
            did_you_mean(reference.type, REQUIRED),
        )
    groups: Iterable[tuple[str, ...]] = (("title",), *REQUIRED.get(reference.type, ()), _DATE)
    for group in groups:
        if not any(reference.text(name) for name in group):
            yield _missing(reference, group)
    if not reference.provenance:
        yield _problem(
            "E507",
            reference.place,
            f"The entry “{reference.key}” does not say where its data was seen.",
            "Add “provenance = {…}”: the citing document and the place in it, or the page and the day.",
        )


def _missing(reference: Reference, group: tuple[str, ...]) -> Problem:
    if group == _DATE:
        what, hint = "date", "Add “date = {2020}”; if the work itself states none, “date = {not stated}”."
    elif len(group) > 2:
        what, hint = "author", "Add an author, an editor, an organization or an institution."
    else:
        what, hint = group[0], f"Add “{' or '.join(group)} = {{…}}”."
    return _problem("E505", reference.place, f"The {reference.type} “{reference.key}” has no {what}.", hint)


def _date(field: Field, today: date) -> Iterator[Problem]:
    if field.text.lower() == NOT_STATED:
        return
    if _NO_DATE.fullmatch(field.text):
        yield _problem(
            "E513",
            field.place,
            f"“{field.text}” is not a date.",
            f"If the work itself states none, write “{field.name} = {{not stated}}”.",
            Fix(field.typed, NOT_STATED),
        )
        return
    parts = field.text.split("/") if field.name != "urldate" else [field.text]
    for part in parts:
        if part in ("", ".."):
            continue
        match = _DATE_FORM.fullmatch(part)
        if not match or len(parts) > 2 or not _is_day(match):
            hint = "Write YYYY, YYYY-MM or YYYY-MM-DD."
            yield _problem("E513", field.place, f"“{field.text[:40]}” is not a date.", hint)
            return
        year = int(match.group(1))
        if not _EARLIEST_YEAR <= year <= today.year + 1:
            yield _problem("E513", field.place, f"The year {year} is not plausible.", "Check it for a slip.")
            return


def _is_day(match: re.Match[str]) -> bool:
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        date(max(year, 1), month, day)
    except ValueError:
        return False
    return True


def _latex(field: Field) -> Iterator[Problem]:
    for offset, what in latex.lost(field.typed):
        if what in ("%", "$"):
            message = f"A bare {what} is read as LaTeX here, and part of the text would be lost."
            yield _problem("E519", _within(field, offset), message, f"Write \\{what}.", Fix(what, "\\" + what))
        else:
            message = f"The LaTeX command “{what.strip()[:40]}” is not understood, and would be lost."
            hint = "Type the character itself; the file is UTF-8."
            yield _problem("E519", _within(field, offset), message, hint)


def _within(field: Field, offset: int) -> Place:
    """Return the place of an offset in a field's value."""
    start = field.place
    lines = field.typed.count("\n", 0, offset)
    if not lines:
        return Place(start.path, start.line, start.column + offset)
    return Place(start.path, start.line + lines, offset - field.typed.rfind("\n", 0, offset))


def _doi(field: Field | None) -> Iterator[Problem]:
    if field is None:
        return
    bare = bare_doi(field.text)
    if field.text == bare and bare:
        return
    if bare:
        message = f"The DOI “{field.text[:80]}” is not bare."
        yield _problem("E508", field.place, message, f"Write “{bare}”.", Fix(field.typed, bare))
    else:
        message = f"“{field.text[:80]}” is not a DOI."
        yield _problem("E509", field.place, message, "A DOI starts with “10.”, a number and a slash.")


def _identifiers(reference: Reference) -> Iterator[Problem]:
    for scheme in ("isbn", "issn", "pmid", "pmcid"):
        field = reference.fields.get(scheme)
        for text in re.split(r"[,;]\s*", field.text) if field else ():
            wrong = misformed(scheme, text)
            if field and wrong:
                yield _problem("E524", field.place, wrong, SCHEMES[scheme][2])


def _pages(field: Field | None) -> Iterator[Problem]:
    """Check page ranges; whoever numbers pages otherwise than by figures (S12, e34, xiv) is taken at their word."""
    if field is None:
        return
    for part in re.split(r"\s*[,;]\s*", field.text):
        ends = re.split(r"\s*(?:--?|\u2013|\u2014)\s*", part)
        if not all(_PAGE.fullmatch(end) for end in ends) or len(ends) > 2:
            yield _problem(
                "E525", field.place, f"“{part[:40]}” is not a range of pages.", "Write 120--128, e12 or S3--S9."
            )
        elif len(ends) == 2 and all(end.isdigit() for end in ends) and int(_whole(*ends)) < int(ends[0]):
            yield _problem(
                "E525", field.place, f"The pages “{part}” end before they begin.", "Check both against the work."
            )


def _whole(first: str, last: str) -> str:
    """Return the last page in full: 1021--9 ends on 1029."""
    return first[: len(first) - len(last)] + last if len(last) < len(first) else last


def _url(reference: Reference) -> Iterator[Problem]:
    field = reference.fields.get("url")
    if field is None:
        return
    if not is_web_address(field.text):
        better = _ESCAPED.sub(r"\1", re.sub(r"^\\url\{(.*)\}$", r"\1", field.text))
        fix = Fix(field.typed, better) if better != field.text and is_web_address(better) else None
        hint = f"Write “{better}”." if fix else "It starts with http:// or https:// and has no spaces."
        yield _problem("E510", field.place, f"“{field.text[:80]}” is not a web address.", hint, fix)
    elif not reference.doi and not reference.text("urldate"):
        yield _problem(
            "E511",
            field.place,
            f"The address of “{reference.key}” has no date of access.",
            "Add “urldate = {YYYY-MM-DD}”; if whoever printed it gave none, “urldate = {not stated}”.",
        )


def _name(name: Name, place: Place) -> Iterator[Problem]:
    if name.corporate:
        return
    if _LOWERCASE_OF_BODIES & set(name.particle.split()) or BODY_WORDS & set(name.family.split()):
        yield _problem(
            "E520",
            place,
            f"“{name}” looks like an organisation and would be printed as a person.",
            f"Put its name in double braces: {{{{{name}}}}}.",
        )
    elif (name.suffix and not _SUFFIX.fullmatch(name.suffix)) or (
        _TRAILING_INITIALS.search(name.family) and _TRAILING_INITIALS.search(name.given)
    ):
        yield _problem("E520", place, f"“{name}” looks like several names in one.", "Join names by “and”.")
