"""The data: independent readers accept every file, and all of them say what the pages say."""

from __future__ import annotations

import asyncio
import csv
import filecmp
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pandas
import pytest
import rdflib
import rispy
from bibtexparser.entrypoint import parse_string
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from frictionless import Package
from frictionless import system as frictionless_system
from selectolax.lexbor import LexborHTMLParser

from macros.bearing import bearings
from macros.cli import main
from macros.data_export import data_files, export
from macros.data_format import VERSION
from macros.imprint import Imprint
from macros.record_data import KINDS
from macros.rests import figures
from macros.site import Site, load
from tests import html
from tests.projects import BASE, ROOT, change, edit, lay

CITO = rdflib.Namespace("http://purl.org/spar/cito/")
SCHEMA = rdflib.Namespace("https://schema.org/")
HOST = "https://data.example/base/"


@dataclass(frozen=True)
class Exported:
    """The data of a project, written into a folder."""

    site: Site
    folder: Path

    def file(self, name: str) -> Path:
        return self.folder / "data" / "v1" / name

    def json(self, name: str) -> Any:
        return json.loads(self.file(name).read_text("utf-8"))

    def rows(self, table: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.file(f"{table}.csv").read_text("utf-8"))))


def written(root: Path, folder: Path, imprint: Imprint | None = None) -> Exported:
    site = load(root)
    assert not [problem for problem in site.problems if problem.severity == "error"]
    export(site, imprint or Imprint("Shade", description="About shade."), folder)
    return Exported(site, folder)


@pytest.fixture(scope="module")
def flagship_data(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return written(ROOT, tmp_path_factory.mktemp("flagship-data"))


@pytest.fixture(scope="module")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    root = lay(tmp_path_factory.mktemp("tiny-data"))
    return written(
        root,
        root / "out",
        Imprint("Shade", HOST, description="About shade.", licence_url="https://terms.example/", licence_name="T-1"),
    )


@pytest.fixture(scope="module", params=["flagship_data", "tiny_data"])
def data(request: pytest.FixtureRequest) -> Exported:
    found: Exported = request.getfixturevalue(request.param)
    return found


# JSON and its schemas ------------------------------------------------------------------------------


def test_each_file_fits_the_schema_that_it_names(data: Exported) -> None:
    validators: dict[Path, jsonschema.Draft202012Validator] = {}
    checked: Counter[str] = Counter()
    for file in sorted(data.file("").rglob("*.json")):
        content = json.loads(file.read_text("utf-8"))
        if not isinstance(content, dict) or "$schema" not in content or file.parent.name == "schema":
            continue
        where = (file.parent / content["$schema"]).resolve()
        if where not in validators:
            validators[where] = jsonschema.Draft202012Validator(json.loads(where.read_text("utf-8")))
        problems = [f"{error.json_path}: {error.message}" for error in validators[where].iter_errors(content)]
        assert not problems, f"{file}: {problems[:3]}"
        checked[where.name] += 1
    assert {f"{kind}.schema.json" for kind in KINDS} <= set(checked)
    assert checked["claim.schema.json"] == len(data.site.base.claims)


def test_check_jsonschema_accepts_schemas_and_lists(data: Exported) -> None:
    schemas = [str(file) for file in sorted(data.file("schema").glob("*.json"))]
    assert len(schemas) == 2 * len(KINDS) + 1
    done = CliRunner().invoke(check_jsonschema, ["--check-metaschema", *schemas])
    assert done.exit_code == 0, done.output
    for kind in KINDS:
        file = data.file("references.json" if kind == "reference" else f"{kind}.json")
        schema = data.file(f"schema/{kind}-list.schema.json")
        done = CliRunner().invoke(check_jsonschema, ["--schemafile", str(schema), str(file)])
        assert done.exit_code == 0, f"{kind}: {done.output}"


def test_a_schema_tells_a_field_that_is_missing_or_unknown(tiny_data: Exported) -> None:
    validator = jsonschema.Draft202012Validator(tiny_data.json("schema/finding.schema.json"))
    record = tiny_data.json("finding/shade-cools.json")
    assert validator.is_valid(record)
    assert not validator.is_valid({**record, "confidence": {**record["confidence"], "level": "sure"}})
    assert not validator.is_valid({**record, "more": 1})
    assert not validator.is_valid({name: value for name, value in record.items() if name != "claims"})


def test_the_index_lists_every_file_that_is_not_a_form_of_another(data: Exported) -> None:
    index = data.json("index.json")
    assert index["version"] == VERSION
    listed = {index[name] for name in ("package", "database", "database_metadata", "linked_data")}
    listed |= set(index["references"].values()) | {table["csv"] for table in index["tables"]} | {"index.json"}
    for kind in index["kinds"]:
        listed |= {kind[name] for name in ("json", "csv", "schema", "list_schema")}
        listed |= {record[form] for record in kind["records"] for form in ("json", "jsonld") if record[form]}
    there = {file.relative_to(data.file("")).as_posix() for file in data.file("").rglob("*") if file.is_file()}
    references = {name for name in there if name.endswith((".bib", ".ris", ".csl.json"))}
    assert listed - there == set()
    assert there - listed - references == {"schema/index.schema.json"}
    counts = {kind["kind"]: kind["count"] for kind in index["kinds"]}
    assert counts["claim"] == len(data.site.base.claims)
    assert counts["reference"] == len(data.site.base.bibliography)


def test_what_is_ours_is_told_from_what_is_stated(tiny_data: Exported) -> None:
    recommendation = tiny_data.json("recommendation/plant-for-shade.json")
    assert [(link["to"], link["judged"]) for link in recommendation["links"]] == [
        ("finding:shade-cools", True),
        ("case-study:mill-road", False),
    ]
    assert recommendation["judged"] is False
    finding = tiny_data.json("finding/shade-cools.json")
    assert finding["judged"] is True
    assert finding["confidence"]["judged"] is True
    assert {claim["judged"] for claim in finding["claims"]} == {True}
    assert finding["stated_support"]["supporting"] == []
    assert finding["support"]["supporting"]
    row = next(row for row in tiny_data.rows("recommendation-links") if row["to"] == "case-study:mill-road")
    assert (row["basis"], row["judged"]) == ("stated", "false")


# Numbers and texts ---------------------------------------------------------------------------------


def plain(value: object) -> str:
    """Return a number without what its notation adds."""
    return str(Decimal(str(value)).normalize())


def test_every_number_is_the_same_in_each_form_and_on_its_page(flagship_data: Exported, flagship: Path) -> None:
    rows = {(row["claim_id"], row["key"]): row for row in flagship_data.rows("claim-numbers")}
    with sqlite3.connect(flagship_data.file("evidence.sqlite")) as database:
        database.row_factory = sqlite3.Row
        stored = {(r["claim_id"], r["key"]): r for r in database.execute("select * from claim_numbers")}
    lists = {record["id"]: record for record in flagship_data.json("claim.json")["records"]}
    seen = 0
    for uid, claim in flagship_data.site.base.claims.items():
        if not claim.numbers:
            continue
        alone = flagship_data.json(f"claim/{uid}.json")
        assert alone["numbers"] == lists[uid]["numbers"]
        page = LexborHTMLParser((flagship / "claims" / uid / "index.html").read_text("utf-8"))
        for number, as_json in zip(claim.numbers, alone["numbers"], strict=True):
            row, cells = rows[uid, number.key], stored[uid, number.key]
            shown = html.one(page, f"#number-{number.key}")
            assert as_json["printed"] == row["printed"] == cells["printed"] == number.printed
            assert (html.one(shown, ".bw-number__value").text(deep=False) or "").strip() == number.printed
            facts = {
                dt.text().strip(): dd.text().strip() for dt, dd in zip(shown.css("dt"), shown.css("dd"), strict=True)
            }
            for name in ("value", "numerator", "denominator"):
                truth = getattr(number, name)
                on_page = facts.get(name.capitalize(), "")
                if isinstance(truth, str):
                    assert as_json[name] == row[f"{name}_missing"] == cells[f"{name}_missing"] == truth
                    assert row[name] == ""
                    assert cells[name] is None
                    assert not re.search(r"\d", on_page)
                else:
                    assert plain(as_json[name]) == plain(row[name]) == plain(cells[name]) == plain(truth)
                    assert row[f"{name}_missing"] == ""
                    assert plain(on_page.replace(",", "").split()[0]) == plain(truth)
                seen += 1
    assert seen == 3 * len(rows) == 3 * len(stored)


def test_texts_show_the_numbers_that_their_pages_show(flagship_data: Exported, flagship: Path) -> None:
    quoting = 0
    for kind in ("finding", "recommendation", "principle", "case-study", "innovation", "guidance", "discrepancy"):
        for record in flagship_data.json(f"{kind}.json")["records"]:
            found = figures(flagship_data.site, f"{kind}:{record['id']}")
            page = LexborHTMLParser((flagship / record["page"] / "index.html").read_text("utf-8"))
            on_page = Counter((node.text() or "").removesuffix("‡") for node in page.css(".bw-value"))
            texts = " ".join(_texts(record))
            for shown, times in Counter(figure.shown for figure in found).items():
                assert on_page[shown] >= times, f"{kind} {record['id']} shows {shown}"
                assert texts.count(shown) >= times
            quoting += len(found)
    assert quoting > 20


def _texts(value: Any) -> Iterator[str]:
    """Yield every text of a record as it reads."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if not name.endswith("_markup"):
                yield from _texts(each)


def test_no_markup_is_left_in_tables_and_texts(data: Exported) -> None:
    marks = re.compile(r"\[\[|\]\]|\[@")
    for file in data.file("").glob("*.csv"):
        assert not marks.search(file.read_text("utf-8")), file.name
    for kind in KINDS:
        if kind != "reference":
            assert not marks.search(" ".join(_texts(data.json(f"{kind}.json"))))


def test_a_text_keeps_what_its_file_holds_and_shows_what_it_reads_as(tmp_path: Path) -> None:
    root = lay(tmp_path / "project")
    claim = next(uid for uid, claim in load(root).base.claims.items() if claim.numbers)
    edit(
        root / "evidence/recommendations/plant-for-shade.yaml",
        {"rationale: Pavements are hot.": f"rationale: '*Hot*: [[value:{claim}]].'"},
    )
    found = written(root, tmp_path / "out")
    record = found.json("recommendation/plant-for-shade.json")
    printed = found.site.base.claims[claim].numbers[0].printed
    assert record["rationale"] == f"Hot: {printed}."
    assert record["rationale_markup"] == f"*Hot*: [[value:{claim}]]."
    assert found.rows("recommendation")[0]["rationale"] == f"Hot: {printed}."
    figure = figures(found.site, "recommendation:plant-for-shade")[0]
    assert (figure.claim, figure.shown) == (claim, printed)


def test_a_text_that_a_spreadsheet_would_run_is_text_in_csv_only(tmp_path: Path) -> None:
    root = lay(tmp_path / "project")
    formula = "=HYPERLINK(1)"
    edit(root / "evidence/recommendations/plant-for-shade.yaml", {"title: Plant for shade": f"title: '{formula}'"})
    found = written(root, tmp_path / "out")
    assert found.rows("recommendation")[0]["title"] == f"'{formula}"
    assert found.json("recommendation/plant-for-shade.json")["title"] == formula


# Tables --------------------------------------------------------------------------------------------


def invalid(package: Path) -> set[str]:
    with frictionless_system.use_context(trusted=True):
        report = Package(str(package)).validate()
    return {f"{task.name}: {error.type}" for task in report.tasks for error in task.errors} | {
        error.type for error in report.errors
    }


def test_frictionless_accepts_the_package(data: Exported) -> None:
    assert invalid(data.file("datapackage.json")) == set()


def test_frictionless_refuses_a_table_that_was_changed(tiny_data: Exported, tmp_path: Path) -> None:
    shutil.copytree(tiny_data.file(""), tmp_path / "v1")
    table = tmp_path / "v1" / "finding-claims.csv"
    lines = table.read_text("utf-8").splitlines(keepends=True)
    uid = lines[1].split(",")[2]
    table.write_text("".join([lines[0], lines[1].replace(uid, "no/such"), *lines[2:]]), "utf-8")
    found = invalid(tmp_path / "v1" / "datapackage.json")
    assert {"finding-claims: hash-count", "finding-claims: foreign-key"} & found


def test_every_table_says_what_it_holds_and_on_what_terms(tiny_data: Exported) -> None:
    package = tiny_data.json("datapackage.json")
    assert package["licenses"] == [{"path": "https://terms.example/", "name": "T-1"}]
    assert package["homepage"] == HOST
    assert all(resource["description"] for resource in package["resources"])
    finding = next(resource for resource in package["resources"] if resource["name"] == "finding-claims")
    assert finding["schema"]["primaryKey"] == ["finding_id", "position"]
    assert {key["reference"]["resource"] for key in finding["schema"]["foreignKeys"]} == {"finding", "claim"}


def test_nothing_is_said_of_terms_and_address_while_nobody_has_named_them(flagship_data: Exported) -> None:
    package = flagship_data.json("datapackage.json")
    assert {"licenses", "homepage"} & package.keys() == set()
    index = flagship_data.json("index.json")
    assert (index["site"], index["licence"]) == (None, None)


def test_lists_in_a_cell_and_as_a_table_are_the_same(flagship_data: Exported) -> None:
    for table, field, column in (
        ("finding", "claims", "claim"),
        ("claim", "themes", "term"),
        ("claim", "from_claims", "claim"),
    ):
        below: dict[str, list[str]] = {}
        for row in flagship_data.rows(f"{table}-{field.replace('_', '-')}"):
            below.setdefault(row[f"{table}_id"], []).append(row[column])
        assert {row["id"]: row[field] for row in flagship_data.rows(table) if row[field]} == {
            id_: ";".join(values) for id_, values in below.items()
        }


def test_datasette_shows_links_and_searches(data: Exported) -> None:
    from datasette.app import Datasette

    async def ask() -> dict[str, Any]:
        datasette = Datasette(
            [str(data.file("evidence.sqlite"))], metadata=json.loads(data.file("evidence.metadata.json").read_text())
        )
        found = {}
        for name, address in {
            "claims": "/evidence/claim.json?_size=1&_shape=array&_labels=on",
            "search": "/evidence/record.json?_search=the&_shape=array",
            "joined": "/evidence.json?sql=select+count(*)+as+n+from+finding_claims+join+claim+on+claim.id+=+finding_claims.claim&_shape=array",
        }.items():
            answer = await datasette.client.get(address)
            assert answer.status_code == 200, answer.text
            found[name] = answer.json()
        page = await datasette.client.get("/evidence/finding_claims")
        assert page.status_code == 200
        found["page"] = page.text
        return found

    found = asyncio.run(ask())
    assert set(found["claims"][0]["source"]) == {"value", "label"}
    assert found["joined"] == [{"n": len(data.rows("finding-claims"))}]
    assert found["search"]
    assert "/evidence/claim/" in found["page"]


def test_the_database_holds_every_table_and_no_dangling_key(data: Exported) -> None:
    with sqlite3.connect(data.file("evidence.sqlite")) as database:
        assert database.execute("pragma foreign_key_check").fetchall() == []
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
        for table in data.json("index.json")["tables"]:
            (count,) = database.execute(f'select count(*) from "{table["name"].replace("-", "_")}"').fetchone()
            assert count == table["rows"], table["name"]


# Linked data ---------------------------------------------------------------------------------------


def test_every_relation_is_a_triple_that_tells_whose_judgement_it_is(tiny_data: Exported) -> None:
    site = tiny_data.site
    whole = rdflib.Graph().parse(tiny_data.file("all.jsonld"), format="json-ld")
    judged = rdflib.URIRef(f"{HOST}data/v1/vocabulary/link-bases.jsonld#judged")
    found = list(bearings(site.base))
    assert len(found) > 3
    for bearing in found:
        word = {"for": CITO.supports, "against": CITO.disputes, "qualifies": CITO.qualifies}.get(
            bearing.role, CITO.citesAsRelated
        )
        subject, object_ = (rdflib.URIRef(HOST + site.addresses[name]) for name in (bearing.subject, bearing.object))
        assert (subject, word, object_) in whole
        citations = set(whole.subjects(CITO.hasCitingEntity, subject)) & set(
            whole.subjects(CITO.hasCitedEntity, object_)
        )
        assert citations
        says = {(c, SCHEMA.additionalType, judged) in whole for c in citations}
        assert bearing.judged in says
    for kind in ("claim", "finding", "recommendation"):
        for name in [name for name in site.addresses if name.startswith(f"{kind}:")]:
            alone = rdflib.Graph().parse(tiny_data.file(f"{name.replace(':', '/', 1)}.jsonld"), format="json-ld")
            page = rdflib.URIRef(HOST + site.addresses[name])
            assert (page, SCHEMA.identifier, rdflib.Literal(name)) in alone
            assert {t for t in alone if not any(isinstance(part, rdflib.BNode) for part in t)} <= set(whole)


def test_a_claim_is_led_back_to_its_source_as_linked_data(tiny_data: Exported) -> None:
    claim = next(iter(tiny_data.site.base.claims.values()))
    graph = rdflib.Graph().parse(tiny_data.file(f"claim/{claim.uid}.jsonld"), format="json-ld")
    page = rdflib.URIRef(f"{HOST}claims/{claim.uid}/")
    work = rdflib.URIRef(f"{HOST}references/#ref-{tiny_data.json(f'claim/{claim.uid}.json')['reference']}")
    assert (page, rdflib.RDF.type, SCHEMA.Claim) in graph
    assert (page, CITO.containsAssertionFrom, work) in graph
    assert (page, SCHEMA.appearance, work) in graph


def test_without_an_address_identifiers_are_relative_to_where_the_file_lies(flagship_data: Exported) -> None:
    name = sorted(flagship_data.site.base.records["finding"])[0]
    text = flagship_data.file(f"finding/{name}.jsonld").read_text("utf-8")
    for host in ("https://one.example/", "https://two.example/below/"):
        graph = rdflib.Graph().parse(data=text, format="json-ld", publicID=f"{host}data/v1/finding/{name}.jsonld")
        assert (rdflib.URIRef(f"{host}findings/{name}/"), rdflib.RDF.type, SCHEMA.Claim) in graph


def test_links_read_from_the_one_that_speaks(tiny_data: Exported) -> None:
    told = {(b.subject, b.relation, b.object, b.judged) for b in bearings(tiny_data.site.base)}
    assert ("finding:shade-cools", "supports", "recommendation:plant-for-shade", True) in told
    assert ("case-study:mill-road", "illustrates", "recommendation:plant-for-shade", False) in told
    table = tiny_data.rows("relation")
    assert {(r["subject"], r["relation"], r["object"], r["judged"] == "true") for r in table} == told


# References ----------------------------------------------------------------------------------------


def straight(text: object) -> str:
    """Return a text with quotation marks and dashes that a typewriter has, which readers swap at will."""
    found = unicodedata.normalize("NFC", str(text)).translate(str.maketrans("‘’“”–", "''''-"))
    return re.sub(r"['\"]", "'", found)


def names(people: Any) -> list[str]:
    """Return names as they read, however a reader parts them."""
    return [
        straight(
            " ".join(
                filter(None, (p.get("given"), p.get("non-dropping-particle"), p.get("family") or p.get("literal")))
            )
        )
        for p in people or []
        if "others" not in (p.get("family"), p.get("literal"))
    ]


def test_bibtexparser_reads_every_entry(data: Exported) -> None:
    library = parse_string(data.file("references.bib").read_text("utf-8"))
    assert library.failed_blocks == []
    bibliography = data.site.base.bibliography
    assert [entry.key for entry in library.entries] == list(bibliography)
    for entry in library.entries:
        reference = bibliography[entry.key]
        assert entry.entry_type == reference.type
        if reference.doi:
            assert reference.doi in entry["doi"]
        assert "provenance" not in entry
        alone = parse_string(data.file(f"references/{entry.key}.bib").read_text("utf-8"))
        assert {f.key: f.value for f in alone.entries[0].fields} == {f.key: f.value for f in entry.fields}


def test_rispy_reads_every_record(data: Exported) -> None:
    entries = {entry["id"]: entry for entry in rispy.loads(data.file("references.ris").read_text("utf-8"))}
    items = {item["id"]: item for item in data.json("references.csl.json")}
    assert list(entries) == list(items) == list(data.site.base.bibliography)
    for key, item in items.items():
        entry = entries[key]
        assert straight(entry["title"]) == straight(item["title"])
        assert len(entry.get("authors", [])) == len(item.get("author", []))
        assert entry.get("doi") == item.get("DOI")
        assert entry.get("urls", [None])[0] == item.get("URL")
        if "issued" in item:
            assert int(entry["year"]) == item["issued"]["date-parts"][0][0]
        if "accessed" in item:
            day = "/".join(f"{part:02}" for part in item["accessed"]["date-parts"][0])
            assert entry["access_date"].rstrip("/") == day


@pytest.fixture(scope="session")
def citation_js(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], list[dict[str, Any]]]:
    """Return what reads a file of references with citation-js, installed as the lock file has it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        if os.environ.get("CI"):
            pytest.fail("There is no Node.js: install nodejs and npm.")
        pytest.skip("There is no Node.js to read references with.")
    source = ROOT / "tests" / "js"
    folder = ROOT / ".cache" / "js"
    lock = (source / "package-lock.json").read_bytes()
    kept = folder / "installed.json"
    if not kept.is_file() or kept.read_bytes() != lock:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(source / name, folder)
        done = subprocess.run([npm, "ci", "--ignore-scripts"], cwd=folder, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        kept.write_bytes(lock)

    def read(file: Path) -> list[dict[str, Any]]:
        done = subprocess.run(
            [node, str(source / "read.mjs"), str(file)], cwd=folder, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    return read


@pytest.mark.parametrize("form", ["bib", "ris", "csl.json"])
def test_citation_js_reads_references_and_loses_nothing(
    data: Exported, citation_js: Callable[[Path], list[dict[str, Any]]], form: str
) -> None:
    truth = {item["id"]: item for item in data.json("references.csl.json")}
    read = {item["id"]: item for item in citation_js(data.file(f"references.{form}"))}
    assert list(read) == list(truth)
    for key, item in truth.items():
        found = read[key]
        assert straight(found["title"]) == straight(item["title"])
        for role in ("author", "editor"):
            assert names(found.get(role)) == names(item.get(role)), key
        # A number that stands for pages is a number to one format and a page to another.
        assert straight(found.get("page") or found.get("number")) == straight(item.get("page") or item.get("number"))
        for field in ("DOI", "URL", "container-title", "volume", "issue", "publisher"):
            assert straight(found.get(field)) == straight(item.get(field)), f"{key}: {field}"
        assert _year(found) == _year(item), key


def _year(item: Mapping[str, Any]) -> object:
    parts = (item.get("issued") or {}).get("date-parts")
    return parts[0][0] if parts else None


def test_a_record_has_the_references_that_it_rests_on(tiny_data: Exported) -> None:
    record = tiny_data.json("recommendation/plant-for-shade.json")
    assert "linden1999" in record["references"]
    items = tiny_data.json("recommendation/plant-for-shade.csl.json")
    assert [item["id"] for item in items] == record["references"]
    assert len(rispy.loads(tiny_data.file("recommendation/plant-for-shade.ris").read_text("utf-8"))) == len(items)


# Making it -----------------------------------------------------------------------------------------


def test_the_command_writes_what_a_build_does(tiny: Path, tmp_path: Path) -> None:
    root = lay(tmp_path / "project", pages=True)
    done = CliRunner().invoke(main, ["export", "--root", str(root), "--output", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "files written" in done.output
    ours, theirs = tmp_path / "out" / "data" / "v1", tiny / "data" / "v1"
    names = {file.relative_to(theirs).as_posix() for file in theirs.rglob("*") if file.is_file()}
    assert names == {file.relative_to(ours).as_posix() for file in ours.rglob("*") if file.is_file()}
    _, mismatch, errors = filecmp.cmpfiles(ours, theirs, names, shallow=False)
    assert (mismatch, errors) == ([], [])


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    root = lay(tmp_path / "project", pages=True)
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-m", "macros", "export", "--root", str(root), "--output", str(tmp_path / seed)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        )
    one, other = (
        {f.relative_to(tmp_path / s): f.read_bytes() for f in (tmp_path / s).rglob("*") if f.is_file()} for s in "12"
    )
    assert one == other


def test_the_command_leaves_other_folders_and_wrong_records_alone(tmp_path: Path) -> None:
    root = lay(tmp_path / "project", pages=True)
    out = tmp_path / "out"
    (out / "data" / "v1").mkdir(parents=True)
    (out / "data" / "v1" / "mine.txt").write_text("mine")
    done = CliRunner().invoke(main, ["export", "--root", str(root), "--output", str(out)])
    assert done.exit_code == 2
    assert (out / "data" / "v1" / "mine.txt").read_text() == "mine"
    (out / "data" / "v1" / "mine.txt").unlink()
    assert CliRunner().invoke(main, ["export", "--root", str(root), "--output", str(out)]).exit_code == 0
    (out / "data" / "v1" / "finding" / "gone.json").write_text("{}")
    assert CliRunner().invoke(main, ["export", "--root", str(root), "--output", str(out)]).exit_code == 0
    assert not (out / "data" / "v1" / "finding" / "gone.json").exists(), "what an earlier export left is gone"
    change(root, {"files": {"evidence/findings/broken.yaml": "title: [\n"}})
    done = CliRunner().invoke(main, ["export", "--root", str(root), "--output", str(tmp_path / "other")])
    assert done.exit_code == 1
    assert "Nothing was written." in done.output
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("source", ["empty", "least"])
def test_little_or_nothing_is_exported_all_the_same(tmp_path: Path, source: str) -> None:
    root = tmp_path / "project"
    if source == "least":
        lay(root, BASE)
    else:
        (root / "evidence").mkdir(parents=True)
        (root / "bib").mkdir()
    site = load(root)
    files = data_files(site, Imprint("Nothing"))
    for where, content in files.items():
        (root / where).parent.mkdir(parents=True, exist_ok=True)
        (root / where).write_bytes(content)
    assert invalid(root / "data" / "v1" / "datapackage.json") == set()
    index = json.loads(files["data/v1/index.json"])
    assert all(kind["count"] == 0 for kind in index["kinds"] if kind["kind"] != "vocabulary") == (source == "empty")


# Pages ---------------------------------------------------------------------------------------------


def test_a_records_page_leads_to_its_data(tiny: Path) -> None:
    pages = dict(html.pages(tiny))
    wanted = {
        "findings/shade-cools/": {"JSON", "JSON-LD", "BibTeX", "RIS"},
        "claims/oakfield2020/cool-pavements/": {"JSON", "JSON-LD", "BibTeX", "RIS"},
        "themes/shade/": {"JSON", "JSON-LD"},
        "methods/": set(),
    }
    for address, forms in wanted.items():
        links = {
            link.text(): link.attributes["href"] or ""
            for link in pages[address].css(".bw-foot__meta a")
            if "/data/v1/" in (link.attributes["href"] or "")
        }
        assert set(links) == forms, address
        for href in links.values():
            assert (tiny / address / href).resolve().is_file()


EXAMPLES = ROOT / "docs" / "methods" / "data.md"
PREVIEW = "http://127.0.0.1:8000"


def example(language: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```$", EXAMPLES.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


def test_the_examples_run_against_the_site(
    flagship: Path, served: Callable[[Path], str], flagship_data: Exported, capsys: pytest.CaptureFixture[str]
) -> None:
    home = served(flagship).rstrip("/")
    curl = shutil.which("curl")
    if curl:
        done = subprocess.run(
            ["sh", "-e", "-c", example("sh").replace(PREVIEW, home)], check=False, capture_output=True, text=True
        )
        assert json.loads(done.stdout)["version"] == VERSION
    names: dict[str, Any] = {}
    exec(example("python").replace(PREVIEW, home), names)  # the project's own page
    assert len(names["table"]) == len(flagship_data.rows("claim-numbers"))
    assert names["table"]["statement"].notna().all()
    assert names["numbers"]["value"].dtype.kind in "if", "numbers are numbers to pandas"
    with sqlite3.connect(flagship / "data/v1/evidence.sqlite") as database:
        assert len(database.execute(example("sql")).fetchall()) > 10


def test_the_r_example_finds_its_table(flagship: Path, served: Callable[[Path], str]) -> None:
    home = served(flagship).rstrip("/")
    code = example("r")
    program = shutil.which("Rscript")
    if program:
        done = subprocess.run([program, "-e", code.replace(PREVIEW, home)], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    # Without R: the address is there, and the table has the columns that the example names.
    (address,) = re.findall(r'read\.csv\("([^"]+)"\)', code)
    table = pandas.read_csv(address.replace(PREVIEW, home))
    assert set(re.findall(r"\$(\w+)", code)) == {"source", "basis"} <= set(table.columns)


def test_the_pages_columns_are_those_of_the_tables(tiny: Path) -> None:
    page = dict(html.pages(tiny))["methods/data/"]
    shown = html.one(page, "#columns-claim").parent
    assert shown is not None
    assert [cell.text() for cell in shown.css("tbody th")] == next(
        csv.reader(io.StringIO((tiny / "data/v1/claim.csv").read_text("utf-8")))
    )
