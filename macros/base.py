"""The evidence base: every record, vocabulary and reference, read once and linked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TypeVar

from macros.anatomy import Leaf, leaves
from macros.bibliography import read_bibliography
from macros.contribution import COUNTRIES, take_apart, with_countries
from macros.contribution import FOLDER as CONTRIBUTIONS
from macros.document import Data, Document, read
from macros.fields import LOCAL_SEPARATOR, SLUG, Known
from macros.kinds import FOLDERS, VOCABULARY_FOLDER
from macros.kinds.claim import Claim, ClaimSheet
from macros.kinds.common import Record
from macros.kinds.contribution import Contribution
from macros.kinds.vocabulary import Concept, Vocabulary
from macros.nearest import did_you_mean
from macros.problem import Place, Problem
from macros.reference import Bibliography
from macros.validation import validate

R = TypeVar("R", bound=Record)

FINGERPRINTS = "evidence/fingerprints"
"""Where the fingerprints of sources lie; see `macros.fingerprint`."""
_SIDE_FILES = {".csv"}
_IN_FOLDER = 2
_CORE = "core"


@dataclass(frozen=True)
class EvidenceBase:
    """Everything that is known, in typed and frozen records."""

    root: Path
    records: Mapping[str, Mapping[str, Record]]
    """By kind, then id."""
    claims: Mapping[str, Claim]
    """By full id, `source/claim`."""
    vocabularies: Mapping[str, Vocabulary]
    bibliography: Bibliography
    documents: Mapping[tuple[str, str], Document] = field(repr=False)
    """The file each record was read from, by kind and id."""
    concepts: Mapping[str, Mapping[str, Concept]] = field(repr=False)
    """By vocabulary, then term."""

    @cached_property
    def walked(self) -> tuple[tuple[str, Record | Claim, tuple[Leaf, ...]], ...]:
        """Every record that has an address of its own: its `kind:id`, itself and all single values in it.

        Kept, because a dozen rules look at every value, and walking the records takes longer than most of them.
        """
        pages = [(kind, records) for kind, records in self.records.items() if kind != ClaimSheet.kind]
        found: list[tuple[str, Record | Claim]] = [(f"{kind}:{id_}", r) for kind, rs in pages for id_, r in rs.items()]
        found += [(f"claim:{uid}", claim) for uid, claim in self.claims.items()]
        return tuple((name, record, tuple(leaves(record))) for name, record in found)

    @cached_property
    def broken(self) -> tuple[tuple[type[Record], Document], ...]:
        """Every document of which no record could be made, with the kind that it was meant to be."""
        models = {model.kind: model for model in FOLDERS.values()}
        return tuple(
            (models[kind], document)
            for (kind, id_), document in self.documents.items()
            if kind in models and id_ not in self.records[kind]
        )

    def all(self, model: type[R]) -> Mapping[str, R]:
        """Return the records of one kind by id, in order of id."""
        return self.records.get(model.kind, {})  # type: ignore[return-value]

    def concept(self, scheme: str, term: str) -> Concept:
        """Return a term's concept; the loader has made sure that it exists."""
        return self.concepts[scheme][term]

    def label(self, scheme: str, term: str) -> str:
        """Return the words a reader sees for a term; the term itself while its vocabulary cannot be read."""
        found = self.concepts.get(scheme, {}).get(term)
        return found.label if found else term

    def role(self, scheme: str, term: str) -> str:
        """Return what the rules of evidence take the term for; empty where nothing is said."""
        found = self.concepts.get(scheme, {}).get(term)
        return (found.role if found else None) or ""

    def place(self, record: Record | Claim, *path: str | int) -> Place:
        """Return where in its file a record's field stands."""
        if isinstance(record, Claim):
            sheet_id = record.sheet
            sheet = self.records["claim-sheet"][sheet_id]
            assert isinstance(sheet, ClaimSheet)
            index = next(i for i, claim in enumerate(sheet.claims) if claim.id == record.id)
            return self.documents["claim-sheet", sheet_id].place(("claims", index, *path))
        return self.documents[record.kind, record.id].place(path)


def load(root: Path, *, contributions: bool = True) -> tuple[EvidenceBase, list[Problem]]:
    """Read the evidence base below `root` (its `evidence/` and `bib/`), with or without what was sent with the form.

    Returns a base of everything that could be read, and every problem met on the way.
    Nothing here checks the rules of evidence; see `macros.rules`.
    """
    documents, unread, references, problems = _read_documents(root, contributions)
    bibliography, found = read_bibliography(sorted((root / "bib").glob("*.bib")), root, more=references)
    problems += found
    known = _known(documents, unread, bibliography)
    vocabularies: dict[str, Vocabulary] = {}
    records: dict[str, dict[str, Record]] = {model.kind: {} for model in FOLDERS.values()}
    models = {model.kind: model for model in FOLDERS.values()}
    claims: dict[str, Claim] = {}
    for (kind, id_), document in documents.items():
        if kind == Vocabulary.kind:
            vocabulary, found = validate(document, Vocabulary, known, {"id": id_})
            problems += found
            if vocabulary is not None:
                vocabularies[id_] = vocabulary
            continue
        if kind == ClaimSheet.kind:
            filled, found = _with_derived_claim_fields(document, id_)
            problems += found
        else:
            filled = document
        record, found = validate(filled, models[kind], known, {"id": id_})
        problems += found
        if record is None:
            continue
        if isinstance(record, ClaimSheet):
            problems += _misplaced_sheet(record, document)
            claims |= {claim.uid: claim for claim in record.claims}
        records[kind][id_] = record
    problems += _repeated_claims(documents)
    problems += _vocabulary_problems(vocabularies, documents)
    base = EvidenceBase(
        root=root,
        records=records,
        claims=claims,
        vocabularies=vocabularies,
        bibliography=bibliography,
        documents=documents,
        concepts={id_: {c.id: c for c in v.concepts} for id_, v in vocabularies.items()},
    )
    return base, problems


def _read_documents(
    root: Path, with_contributions: bool
) -> tuple[dict[tuple[str, str], Document], set[tuple[str, str]], dict[str, str], list[Problem]]:
    """Return the documents by kind and id, the kind and id of each that could not be made out, contributions'
    references by file, and all problems."""
    documents: dict[tuple[str, str], Document] = {}
    unread: set[tuple[str, str]] = set()
    problems: list[Problem] = []
    core = resources.files("macros") / VOCABULARY_FOLDER
    for resource in sorted(core.iterdir(), key=lambda r: r.name):
        if resource.name.endswith(".yaml"):
            with resources.as_file(resource) as file:
                document, found = read(file, f"macros/{VOCABULARY_FOLDER}/{resource.name}")
            problems += found
            if document:
                documents[Vocabulary.kind, resource.name.removesuffix(".yaml")] = document
    evidence = root / "evidence"
    folders = {
        VOCABULARY_FOLDER: Vocabulary.kind,
        **{name: model.kind for name, model in FOLDERS.items()},
        CONTRIBUTIONS: Contribution.kind,
    }
    contributions: dict[str, Document] = {}
    for file in sorted(evidence.rglob("*")) if evidence.is_dir() else ():
        shown_as = file.relative_to(root).as_posix()
        if file.is_dir() and not file.is_symlink():
            continue
        parts = file.relative_to(evidence).parts
        problem = _misplaced(file, parts, shown_as, folders)
        if problem:
            problems.append(problem)
            continue
        if file.suffix != ".yaml" or parts[0] not in folders:
            continue
        kind, id_ = folders[parts[0]], LOCAL_SEPARATOR.join([*parts[1:-1], file.stem])
        document, found = read(file, shown_as)
        problems += found
        if kind == Contribution.kind:
            if document and with_contributions:
                contributions[id_] = document
        elif document:
            core_document = documents.get((kind, id_))
            documents[kind, id_] = _laid_over(core_document, document) if core_document else document
        else:
            unread.add((kind, id_))
    references, found = _take_contributions(contributions, documents)
    return documents, unread, references, problems + found


def _take_contributions(
    contributions: Mapping[str, Document], documents: dict[tuple[str, str], Document]
) -> tuple[dict[str, str], list[Problem]]:
    """Put the parts of each contribution among the documents; return their references by file, and all problems."""
    references: dict[str, str] = {}
    problems: list[Problem] = []
    for id_, document in contributions.items():
        parts, found = take_apart(id_, document)
        problems += found
        for (kind, name), part in parts.documents.items() if parts else ():
            first = documents.setdefault((kind, name), part)
            if first is not part:
                problems.append(
                    Problem(
                        "E121",
                        part.place(()),
                        f"There is a {kind} “{name}” already, at {first.path}.",
                        "Give the contribution's file, or the new source, another name.",
                    )
                )
        if parts and parts.reference:
            references[document.path] = parts.reference
        vocabulary = documents.get((Vocabulary.kind, COUNTRIES))
        if parts and parts.countries and vocabulary:
            documents[Vocabulary.kind, COUNTRIES] = with_countries(vocabulary, parts.countries)
    return references, problems


def _laid_over(core: Document, topic: Document) -> Document:
    """Lay a topic's words over a vocabulary that the rules rely on: terms and fields that it does not give stay."""
    given, kept = topic.data.get("concepts"), core.data.get("concepts")
    if not (isinstance(given, list) and isinstance(kept, list)):
        return topic
    known = {id_: concept for id_, concept in zip(_ids(kept), kept, strict=True) if isinstance(concept, dict)}
    concepts: list[Data] = []
    for concept in given:
        id_ = concept.get("id") if isinstance(concept, dict) else None
        concepts.append(
            {**known.get(id_, {}), **concept} if isinstance(concept, dict) and isinstance(id_, str) else concept
        )
    named = set(_ids(given))
    concepts += [concept for id_, concept in known.items() if id_ not in named]
    return Document(topic.path, {**topic.data, "concepts": concepts}, topic.marks)


def _misplaced(file: Path, parts: tuple[str, ...], shown_as: str, folders: Mapping[str, str]) -> Problem | None:
    """Return what is wrong with a file's place or name; None when it may be read or passed over."""
    if file.is_symlink():
        return Problem(
            "E117", Place(shown_as), "This is a link to another file; links are not followed.", "Add the file itself."
        )
    if len(parts) == 1:
        if parts[0].lower().startswith("readme") or parts[0] == "published.txt":
            return None
        return Problem(
            "E114",
            Place(shown_as),
            "A record has to lie in its kind's folder.",
            f"The folders are: {', '.join(folders)}.",
        )
    if parts[0] == Path(FINGERPRINTS).name and len(parts) == _IN_FOLDER and file.suffix == ".json":
        return None
    if parts[0] not in folders:
        return Problem(
            "E114",
            Place(shown_as),
            f"“{parts[0]}” is not a folder for records.",
            did_you_mean(parts[0], folders) or f"The folders are: {', '.join(folders)}.",
        )
    depth = 3 if folders[parts[0]] == ClaimSheet.kind else 2
    if len(parts) != depth:
        where = "evidence/claims/SOURCE/PART.yaml" if depth == 3 else f"evidence/{parts[0]}/ID.yaml"
        return Problem("E114", Place(shown_as), "The file lies at the wrong depth.", f"It belongs at {where}.")
    if file.suffix in _SIDE_FILES and folders[parts[0]] == "dataset":
        return None
    if file.suffix != ".yaml":
        suggestion = "Rename it to end in “.yaml”." if file.suffix == ".yml" else "Records end in “.yaml”."
        return Problem("E115", Place(shown_as), f"“{file.name}” is not a record.", suggestion)
    for part in (*parts[1:-1], file.stem):
        if not SLUG.fullmatch(part):
            return Problem(
                "E116",
                Place(shown_as),
                f"“{part}” cannot be an id.",
                "Use small letters a–z, digits and single hyphens; the file's name becomes the page's address.",
            )
    return None


def _known(
    documents: Mapping[tuple[str, str], Document], unread: set[tuple[str, str]], bibliography: Bibliography
) -> Known:
    """Collect what may be pointed at, from the raw documents, so that order does not matter.

    What stands in a file that cannot be read counts as known: its own problem is told once, and
    not again wherever something points at it.
    """
    terms: dict[str, frozenset[str]] = {}
    records: dict[str, set[str]] = {"claim": set(), "reference": set(bibliography.references)}
    for (kind, id_), document in documents.items():
        if kind == Vocabulary.kind:
            terms[id_] = frozenset(_ids(document.data.get("concepts")))
            continue
        records.setdefault(kind, set()).add(id_)
        if kind == ClaimSheet.kind:
            source = id_.partition(LOCAL_SEPARATOR)[0]
            records["claim"] |= {f"{source}{LOCAL_SEPARATOR}{claim}" for claim in _ids(document.data.get("claims"))}
    for kind, id_ in unread:
        records.setdefault(kind, set()).add(id_)
    return Known(
        terms,
        {kind: frozenset(ids) for kind, ids in records.items()},
        unread_vocabularies=frozenset(id_ for kind, id_ in unread if kind == Vocabulary.kind),
        unread_sources=frozenset(id_.partition(LOCAL_SEPARATOR)[0] for kind, id_ in unread if kind == ClaimSheet.kind),
    )


def _ids(entries: Data) -> Iterator[str]:
    for entry in entries if isinstance(entries, list) else ():
        id_ = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(id_, str):
            yield id_


def _with_derived_claim_fields(document: Document, sheet: str) -> tuple[Document, list[Problem]]:
    """Give each claim the fields that come from where it stands."""
    entries = document.data.get("claims")
    if not isinstance(entries, list):
        return document, []
    problems: list[Problem] = []
    derived = {"source": sheet.split(LOCAL_SEPARATOR, maxsplit=1)[0], "sheet": sheet}
    filled: list[Data] = []
    for index, entry in enumerate(entries):
        if isinstance(entry, dict):
            problems += [
                Problem(
                    "E206",
                    document.key_place(("claims", index, name)),
                    f"The field “{name}” is not written in a claim.",
                    "Delete it; it is taken from the sheet.",
                )
                for name in derived
                if name in entry
            ]
            filled.append({**entry, **derived})
        else:
            filled.append(entry)
    return Document(document.path, {**document.data, "claims": filled}, document.marks), problems


def _misplaced_sheet(sheet: ClaimSheet, document: Document) -> Iterator[Problem]:
    folder = sheet.id.split(LOCAL_SEPARATOR)[0]
    if sheet.source != folder:
        yield Problem(
            "E118",
            document.place(("source",)),
            f"The sheet says its source is “{sheet.source}” and lies in the folder “{folder}”.",
            "Move the file, or correct the source.",
        )


def _repeated_claims(documents: Mapping[tuple[str, str], Document]) -> Iterator[Problem]:
    first: dict[str, Place] = {}
    for (kind, sheet), document in documents.items():
        if kind != ClaimSheet.kind:
            continue
        entries = document.data.get("claims")
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            id_ = entry.get("id") if isinstance(entry, dict) else None
            if not isinstance(id_, str):
                continue
            uid = f"{sheet.split(LOCAL_SEPARATOR)[0]}{LOCAL_SEPARATOR}{id_}"
            place = document.place(("claims", index, "id"))
            if uid in first:
                yield Problem(
                    "E304",
                    place,
                    f"The claim id “{id_}” is used twice in this source; first at {first[uid]}.",
                    "Give one of them another id.",
                )
            first.setdefault(uid, place)


def _vocabulary_problems(
    vocabularies: Mapping[str, Vocabulary], documents: Mapping[tuple[str, str], Document]
) -> Iterator[Problem]:
    for id_, vocabulary in vocabularies.items():
        document = documents[Vocabulary.kind, id_]
        ids = [concept.id for concept in vocabulary.concepts]
        # A vocabulary's broader terms may stand in a sister vocabulary, as appraisal items do below tools.
        everywhere = {c.id for v in vocabularies.values() for c in v.concepts}
        for index, concept in enumerate(vocabulary.concepts):
            if concept.id in ids[:index]:
                yield Problem(
                    "E305",
                    document.place(("concepts", index, "id")),
                    f"The term “{concept.id}” is defined twice.",
                    "Keep one of them.",
                )
            if concept.broader is not None and concept.broader not in everywhere:
                yield Problem(
                    "E301",
                    document.place(("concepts", index, "broader")),
                    f"The broader term “{concept.broader}” does not exist.",
                    did_you_mean(concept.broader, ids),
                )
