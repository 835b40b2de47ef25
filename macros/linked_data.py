"""Linked data: records as JSON-LD, in the words of schema.org and of CiTO, the Citation Typing Ontology.

- A record's identifier is its page's address. While nobody has said where the site is served, it is
  given relative to the file, so that it is right wherever the files lie.
- What a relation comes to in CiTO depends on what the rules take it for: support, dispute or
  qualification; any other is `citesAsRelated`. The relation stands between the two records, and once
  more as a `cito:Citation` of its own that tells our judgement from what a source states, and why.
- A theme that a source itself uses is `about`; one that we judged stands behind a `Role` that says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from macros import data_address as address
from macros.bearing import Bearing, bearings
from macros.context import lead, plain_text, title
from macros.data_format import VERSION
from macros.facets import judged_basis
from macros.imprint import Imprint
from macros.kinds.claim import Claim
from macros.kinds.common import Record
from macros.kinds.dataset import Dataset
from macros.kinds.discrepancy import Discrepancy
from macros.kinds.source import Source
from macros.kinds.vocabulary import Vocabulary
from macros.record_data import Published, PublishedReference, RecordDerived, last_changed
from macros.site import Site

Node = dict[str, Any]

CONTEXT: Mapping[str, Any] = {
    "@vocab": "https://schema.org/",
    "cito": "http://purl.org/spar/cito/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    **{
        name: {"@type": "@id"}
        for name in (
            "about", "additionalType", "appearance", "citation", "contentUrl", "inDefinedTermSet", "isBasedOn", "isPartOf",
            "license", "sameAs", "url",
        )
    },
    **{
        f"cito:{name}": {"@type": "@id"}
        for name in (
            "citesAsRelated", "containsAssertionFrom", "discusses", "disputes", "hasCitationCharacterization",
            "hasCitedEntity", "hasCitingEntity", "qualifies", "supports",
        )
    },
    **{f"skos:{name}": {"@type": "@id"} for name in ("broader", "exactMatch", "inScheme")},
    **{name: {"@type": "Date"} for name in ("dateCreated", "dateModified")},
}  # fmt: skip
"""Written into every file, so that reading one fetches nothing else."""

CITO = {"for": "supports", "against": "disputes", "qualifies": "qualifies"}
"""What a relation is in CiTO, by what the rules take it for."""
RELATED = "citesAsRelated"

_TYPES = {
    "claim": "Claim",
    "finding": "Claim",
    "recommendation": "Recommendation",
    "principle": "DefinedTerm",
    "dataset": "Dataset",
}
_OTHERWISE = "CreativeWork"
_WORKS = {
    "article": "ScholarlyArticle",
    "inproceedings": "ScholarlyArticle",
    "report": "Report",
    "techreport": "Report",
    "thesis": "Thesis",
    "phdthesis": "Thesis",
    "book": "Book",
    "inbook": "Chapter",
    "incollection": "Chapter",
    "online": "WebPage",
    "dataset": "Dataset",
    "software": "SoftwareSourceCode",
}
"""Types of schema.org by biblatex's."""


def linked_data(
    site: Site, published: Mapping[str, Iterable[Published]], imprint: Imprint
) -> Iterator[tuple[str, Node]]:
    """Yield the address and the content of every JSON-LD file: each record's, and one of the whole."""
    speaks: dict[str, list[Bearing]] = defaultdict(list)
    for bearing in bearings(site.base):
        speaks[bearing.subject].append(bearing)
        if bearing.recorded_in != bearing.subject:
            speaks[bearing.recorded_in].append(bearing)
    whole: list[Node] = [_whole(site, imprint)]
    for ones in published.values():
        for one in ones:
            nodes = list(_nodes(site, one, speaks.get(one.name, ())))
            if nodes:
                where = address.record_jsonld(one.name)
                yield where, _document(where, nodes, imprint)
                whole += nodes
    yield address.LINKED_DATA, _document(address.LINKED_DATA, _each_once(whole), imprint)


def _document(where: str, nodes: list[Node], imprint: Imprint) -> Node:
    """Return a file's content; in it, identifiers are relative to the site's root."""
    root = imprint.home or "../" * where.count("/")
    return {"@context": {"@base": root, **CONTEXT}, "@graph": nodes}


def _each_once(nodes: Iterable[Node]) -> list[Node]:
    """Leave out a relation that both of its records tell."""
    return list({node["@id"]: node for node in nodes}.values())


def _whole(site: Site, imprint: Imprint) -> Node:
    changed = last_changed(site.base)
    licence = {"license": imprint.licence_url} if imprint.licence_url else {}
    files = (address.PACKAGE, address.DATABASE, address.LINKED_DATA)
    return {
        "@id": address.FOLDER,
        "@type": "Dataset",
        "name": imprint.name,
        "description": imprint.description,
        "version": VERSION,
        **({"dateModified": changed.isoformat()} if changed else {}),
        **licence,
        "distribution": [
            {"@type": "DataDownload", "contentUrl": file, "encodingFormat": address.media_type(file)} for file in files
        ],
    }


def _nodes(site: Site, one: Published, bearing: Iterable[Bearing]) -> Iterator[Node]:
    record = one.record
    if isinstance(record, Vocabulary):
        yield from _concepts(site, record)
    elif isinstance(record, PublishedReference):
        yield _work(record)
    elif isinstance(one.derived, RecordDerived):
        yield _node(site, one, record, one.derived)
        yield from (_citation(site, each) for each in bearing)


def _node(site: Site, one: Published, record: BaseModel, derived: RecordDerived) -> Node:
    base = site.base
    text = plain_text(site, lead(record))
    node: Node = {
        "@id": derived.page,
        "@type": _TYPES.get(one.kind, _OTHERWISE),
        "additionalType": [_term("kinds", one.kind)],
        "identifier": one.name,
        "name": title(site, one.name),
        "url": derived.page,
        "isPartOf": [address.FOLDER],
    }
    if text:
        node["text" if node["@type"] in {"Claim", "CreativeWork", "Recommendation"} else "description"] = text
    if isinstance(record, Record):
        node |= {
            "dateCreated": record.created.isoformat(),
            "dateModified": record.modified.isoformat(),
            "creativeWorkStatus": record.status,
        }
    if derived.judged:
        node["additionalType"].append(_judgement(site, True))
    if derived.references:
        node["citation"] = [site.addresses[f"reference:{key}"] for key in derived.references]
    node |= _of_kind(site, record)
    about = [_tag(site, tag.term, judged_basis(base, tag.basis)) for tag in getattr(record, "themes", ())]
    if about:
        node["about"] = [*node.get("about", ()), *about]
    return node


def _of_kind(site: Site, record: BaseModel) -> Node:
    """Return what is only said of some kinds."""
    match record:
        case Claim():
            node: Node = {"additionalType": [_term("kinds", Claim.kind), _term("bases", record.basis)]}
            if site.base.role("bases", record.basis) in {"inference", "arithmetic"}:
                node["additionalType"].append(_judgement(site, True))
            form = site.base.all(Source).get(record.source)
            if form is not None:
                work = site.addresses[f"reference:{form.reference}"]
                node |= {"appearance": work, "cito:containsAssertionFrom": work}
                node["isPartOf"] = [address.FOLDER, site.addresses[f"source:{form.id}"]]
            if record.from_claims:
                node["isBasedOn"] = [site.addresses[f"claim:{uid}"] for uid in record.from_claims]
            return node
        case Source():
            return {"about": [site.addresses[f"reference:{record.reference}"]]}
        case Discrepancy():
            claims = dict.fromkeys(value.claim for value in record.values)
            return {"cito:discusses": [site.addresses[f"claim:{uid}"] for uid in claims]}
        case Dataset() if record.id in site.tables:
            file = f"datasets/{record.file}"
            return {"distribution": [{"@type": "DataDownload", "contentUrl": file, "encodingFormat": "text/csv"}]}
        case _:
            return {}


def _tag(site: Site, theme: str, judged: bool) -> str | Node:
    where = site.addresses[f"theme:{theme}"]
    return {"@type": "Role", "about": where, "additionalType": _judgement(site, True)} if judged else where


def _citation(site: Site, bearing: Bearing) -> Node:
    subject, object_ = site.addresses[bearing.subject], site.addresses[bearing.object]
    reason = plain_text(site, bearing.reason)
    between = "-".join((bearing.subject, bearing.relation, bearing.object)).replace(":", "-").replace("/", "-")
    return {
        "@id": f"{address.LINKED_DATA}#{between}",
        "@type": "cito:Citation",
        "cito:hasCitingEntity": {"@id": subject, f"cito:{_cito(bearing)}": object_},
        "cito:hasCitedEntity": object_,
        "cito:hasCitationCharacterization": f"http://purl.org/spar/cito/{_cito(bearing)}",
        "additionalType": [_term("relations", bearing.relation), _judgement(site, bearing.judged)],
        "description": reason,
        "isPartOf": [site.addresses[bearing.recorded_in]],
    }


def _cito(bearing: Bearing) -> str:
    return CITO.get(bearing.role, RELATED)


def _work(reference: PublishedReference) -> Node:
    node: Node = {
        "@id": reference.page,
        "@type": _WORKS.get(reference.type, _OTHERWISE),
        "identifier": reference.id,
        "name": reference.title,
    }
    if reference.authors:
        node["author"] = list(reference.authors)
    if reference.year:
        node["datePublished"] = str(reference.year)
    if reference.doi:
        node["sameAs"] = f"https://doi.org/{reference.doi}"
    if reference.url:
        node["url"] = reference.url
    return node


def _concepts(site: Site, vocabulary: Vocabulary) -> Iterator[Node]:
    scheme = address.record_jsonld(f"vocabulary:{vocabulary.id}")
    yield {
        "@id": scheme,
        "@type": ["skos:ConceptScheme", "DefinedTermSet"],
        "name": vocabulary.title,
        "description": plain_text(site, vocabulary.description),
    }
    for concept in vocabulary.concepts:
        node: Node = {
            "@id": _term(vocabulary.id, concept.id),
            "@type": ["skos:Concept", "DefinedTerm"],
            "identifier": concept.id,
            "name": concept.label,
            "skos:prefLabel": concept.label,
            "skos:inScheme": scheme,
            "inDefinedTermSet": scheme,
        }
        if concept.definition:
            node["skos:definition"] = plain_text(site, concept.definition)
        if concept.alt:
            node["skos:altLabel"] = list(concept.alt)
        if concept.notation:
            node["skos:notation"] = concept.notation
        if concept.match:
            node["skos:exactMatch"] = concept.match
        if concept.broader:
            node["skos:broader"] = _term(vocabulary.id, concept.broader)
        theme = f"theme:{concept.id}"
        if vocabulary.id == "themes" and theme in site.addresses:
            node["sameAs"] = site.addresses[theme]
        yield node


def _term(scheme: str, term: str) -> str:
    """Return the identifier of a term of a vocabulary."""
    return f"{address.record_jsonld(f'vocabulary:{scheme}')}#{term}"


def _judgement(site: Site, judged: bool) -> str:
    wanted = "judged" if judged else "stated"
    terms = site.base.concepts.get("link-bases", {})
    return _term("link-bases", next((t for t, concept in terms.items() if concept.role == wanted), wanted))
