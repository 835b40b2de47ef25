"""Every problem code, gathered from the stages that report them."""

from __future__ import annotations

from macros.catalogue import Code
from macros.rules.bibliography import CODES as BIBLIOGRAPHY
from macros.rules.evidence import RULES

_READING = (
    Code("E101", "unreadable-file", "A file cannot be read.", "What cannot be read cannot be shown.", "chmod 000 evidence/findings/x.yaml", "chmod 644 evidence/findings/x.yaml"),
    Code("E102", "file-too-large", "A file is larger than 1 MiB.", "Nobody can review so large a record, and a hostile one could stall the build.", "a record of 3 MiB", "several claim sheets, one for each part of the source"),
    Code("E103", "not-utf-8", "A file is not UTF-8 text.", "Other encodings turn names into other names.", "saved as Windows-1252", "saved as UTF-8"),
    Code("E104", "direction-override", "An invisible character changes the order in which text is shown.", "A reviewer would see something other than what is there.", "title: safe\u2060 text with U+202E in it", "title: safe text"),
    Code("E105", "control-character", "A control character stands in a file.", "It is invisible, and breaks tools and screen readers.", "title: bell U+0007", "title: bell"),
    Code("E106", "not-yaml", "A file is not valid YAML.", "Nothing can be read from it.", "title: Learning: both ways", 'title: "Learning: both ways"'),
    Code("E107", "too-deep", "A file is nested more than 32 levels deep.", "No record needs it, and a hostile file could exhaust memory.", "a: [[[[[[…]]]]]]", "a: [b]"),
    Code("E108", "alias", "A file uses an anchor or an alias.", "Aliases hide what a record says, and can be made to expand without end.", "a: &x text\nb: *x", "a: text\nb: text"),
    Code("E109", "tag", "A file uses a tag.", "Tags can ask a reader of YAML to run code.", "title: !!python/name:os.system", "title: A title"),
    Code("E110", "no-fields", "A file is empty or is not a list of fields.", "A record is a list of “name: value”.", "- title", "title: A title"),
    Code("E111", "second-document", "A file holds more than one YAML document.", "One record a file: its name is its id.", "title: A\n---\ntitle: B", "two files"),
    Code("E112", "field-name-not-text", "A field's name is not plain text.", "Names of fields are words.", "[a, b]: c", "a: c"),
    Code("E113", "field-twice", "A field is written twice.", "Most readers of YAML silently keep the last one; something the author wrote would be lost.", "title: A\ntitle: B", "title: A"),
    Code("E114", "wrong-folder", "A file lies where no record belongs.", "The folder says what kind a record is.", "evidence/finding/x.yaml", "evidence/findings/x.yaml"),
    Code("E115", "not-a-record", "A file in a folder of records is not one.", "It would be passed over in silence.", "evidence/findings/x.yml", "evidence/findings/x.yaml"),
    Code("E116", "bad-file-name", "A file's name cannot be an id.", "The name becomes the page's address for good.", "evidence/findings/My Finding.yaml", "evidence/findings/my-finding.yaml"),
    Code("E117", "link", "A file is a link to another file.", "A link could lead out of the project.", "ln -s /etc/passwd evidence/findings/x.yaml", "a file of its own"),
    Code("E118", "sheet-misplaced", "A sheet of claims lies in another source's folder.", "Claims take their id from the folder.", "source: issa2021   # in evidence/claims/thet2016/", "source: thet2016"),
)
_FIELDS = (
    Code("E201", "field-missing", "A field that every such record has is missing.", "Pages and checks rely on it.", "status: published   # and no title", "title: A title\nstatus: published"),
    Code("E202", "unknown-field", "A field does not exist here.", "It is a slip of the pen, or something that would never be shown.", "titel: A title", "title: A title"),
    Code("E203", "wrong-type", "A field holds something of the wrong type.", "A date has to be a date for it to be sorted, and so on.", "created: last week", "created: 2026-11-22"),
    Code("E204", "bad-value", "A field's value is not of the form it needs.", "Ids become addresses; numbers are worked with.", "value: about thirty", "value: 30\nprecision: about"),
    Code("E205", "left-empty", "A field is left empty.", "An empty field does not say whether the source is silent or nobody looked.", "question:", "question: not stated"),
    Code("E206", "derived-field", "A field is written that is taken from the file's place.", "Said twice, it could disagree with itself.", "id: my-finding", "(delete the line)"),
)
_LINKS = (
    Code("E301", "unknown-term", "A term is not in its vocabulary.", "Terms are counted and filtered by; a near miss would be a category of its own.", "type: techncal", "type: technical"),
    Code("E302", "unknown-record", "A record or reference is named that does not exist.", "Every link must arrive.", "claims: [thet2016/transparancy]", "claims: [thet2016/transparency]"),
    Code("E303", "kind-not-said", "A link that may point at several kinds does not say which.", "Ids are unique only within a kind.", "to: learning-stays-individual", "to: finding:learning-stays-individual"),
    Code("E304", "claim-twice", "A claim's id is used twice in one source.", "Ids are addresses.", "two claims with “id: response-rate”", "id: response-rate-abstract"),
    Code("E305", "term-twice", "A term is defined twice in one vocabulary.", "Nobody could tell which definition holds.", "- {id: technical, …} twice", "- {id: technical, …} once"),
)
_PAGES = (
    Code("E601", "macro-unknown-name", "A macro names a record, term or reference that does not exist.", "Every link must arrive.", '{{ cite("isa2021") }}', '{{ cite("issa2021") }}'),
    Code("E602", "macro-wrong-arguments", "A macro is called with arguments that it does not take.", "What was meant would be missing from the page.", '{{ records("claim", shape="table") }}', '{{ records("claim", form="table") }}'),
    Code("E603", "macro-no-such-number", "A macro asks for a number or a chart that the record does not have.", "A wrong number is worse than none.", '{{ value("thet2016/transparency-critical") }}', '{{ value("kulasabanathan2017/response-rate") }}'),
    Code("E604", "page-template", "A page's template syntax is wrong.", "The page cannot be made.", "{{ cite( }}", '{{ cite("issa2021") }}'),
)
_TABLES = (
    Code("E701", "table-missing", "A dataset's CSV file is not there.", "A dataset is its table.", "file: table-1.xlsx", "file: table-1.csv"),
    Code("E702", "table-malformed", "A CSV file is not valid, or does not have the columns that the record lists.", "A shifted column is a wrong number.", "item,value   # and the record lists item, value, claim", "item,value,claim"),
    Code("E703", "cell-of-wrong-type", "A cell does not hold what its column is for.", "It could not be drawn or counted.", "n/a in a column of numbers", "(an empty cell)"),
    Code("E704", "cell-without-claim", "A row names a claim that does not exist.", "Each figure leads to its passage.", "x,31,kula/response", "x,31,kulasabanathan2017/response-rate"),
    Code("E705", "table-contradicts-claim", "A table and the claim it names disagree.", "The same number must be the same everywhere.", "x,13,kulasabanathan2017/learning-abstract   # the claim says 12", "x,12,kulasabanathan2017/learning-body"),
    Code("E706", "chart-column", "A chart uses a column that the dataset does not have.", "It could not be drawn.", "value: percents", "value: percent"),
)
_PASSAGES = (
    Code("E801", "locator-too-long", "A locator quotes more than twelve words.", "It is there to find a passage by, not to copy it.", "start: (a whole sentence)", "start: We received 31 responses"),
    Code("E802", "words-not-in-source", "The words of a locator do not stand in the source.", "The passage cannot be found, or the claim is about something else.", "start: We received 34 responses", "start: We received 31 responses"),
    Code("E803", "passage-out-of-order", "A passage's last words do not come after its first.", "The two ends belong to different passages.", "start: Conclusion\nend: Background", "start: Background\nend: Conclusion"),
    Code("E804", "passage-too-long", "A passage is longer than 4,000 characters.", "It proves nothing in particular.", "start: Introduction\nend: References", "start: We received 31\nend: rate 27.3%)"),
    Code("E805", "number-not-in-passage", "A claim's number, as printed, does not stand in its passage.", "The figure was mistyped, or the locator points elsewhere.", "printed: 27.8%", "printed: 27.3%"),
)

CODES: dict[str, Code] = {
    about.code: about
    for about in sorted(
        (*_READING, *_FIELDS, *_LINKS, *(rule.about for rule in RULES), *BIBLIOGRAPHY, *_PAGES, *_TABLES, *_PASSAGES),
        key=lambda about: about.code,
    )
}
"""All codes, in order."""
