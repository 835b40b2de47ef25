"""The kinds of record: one module and one frozen model for each, and the folder each is kept in."""

from __future__ import annotations

from macros.kinds.case_study import CaseStudy
from macros.kinds.claim import ClaimSheet
from macros.kinds.common import Record
from macros.kinds.dataset import Dataset
from macros.kinds.discrepancy import Discrepancy
from macros.kinds.finding import Finding
from macros.kinds.guidance import Guidance
from macros.kinds.innovation import Innovation
from macros.kinds.principle import Principle
from macros.kinds.recommendation import Recommendation
from macros.kinds.search import Search
from macros.kinds.source import Source

FOLDERS: dict[str, type[Record]] = {
    "sources": Source,
    "claims": ClaimSheet,
    "findings": Finding,
    "principles": Principle,
    "recommendations": Recommendation,
    "case-studies": CaseStudy,
    "innovations": Innovation,
    "guidance": Guidance,
    "discrepancies": Discrepancy,
    "searches": Search,
    "datasets": Dataset,
}
"""The folder of each kind below `evidence/`; claim sheets lie one folder deeper, named after their source."""

VOCABULARY_FOLDER = "vocabularies"

FOLDER_OF: dict[str, str] = {model.kind: folder for folder, model in FOLDERS.items()} | {"claim": "claims"}
