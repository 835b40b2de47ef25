"""Fingerprints: proof that claims' passages stand in a source, where the source's text is not.

Whoever has a source's text runs `python -m macros fingerprint`. It holds every claim against the
text (`macros.passage`) and writes down, for one source a file, two things that can be checked
again without the text:

*Proofs.* One hash for each locator that holds, of its first and last words together, and one for
each number that stands in the passage, of the locators and the number as printed. A proof says
nothing that the record does not say itself in clear words; it only freezes what was held against
the text. Change a word or a digit and its hash is no longer among the proofs.

*Runs of words.* A record added later has no proof, but it can still be caught giving words that
do not stand in the source. For that the file holds hashes of runs of `RUN` words of the text.
Salting and long runs do not protect a text that is stored so: runs overlap, so whoever knows one
(locators print some) tries every word that could come next, keeps the one whose run is in the set
and goes on like this to the end. Slow hashes only make that dearer, for us as well. Therefore:

- only one run in `SAMPLE` is kept, chosen by its own hash: from one kept run to the next there are
  several words of which nothing is known, so each step is a guess at all of them together;
- hashes are cut to `BITS` bits: among that many guesses thousands fit by accident, and nothing
  tells the right one from them; a single wrong run is still found out all but certainly;
- they are sorted, so that the order of the text is lost, and salted at random for each source, so
  that nothing computed for one text helps with another.

What remains is that somebody who holds a passage already can test whether it may be in the source.
The files are no signature: hashes can be made for wrong words too. So a change of one is
reviewed like a change of evidence, by somebody who has the text.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from macros.base import FINGERPRINTS, EvidenceBase
from macros.kinds.claim import Claim
from macros.kinds.common import Locator
from macros.passage import SourceText, fold, locators, prints_numbers
from macros.problem import Place, Problem

RUN = 4
"""Words in a run."""
SAMPLE = 8
"""One run in so many is kept."""
BITS = 24
_VERSION = 1
_PROOF_BYTES = 6
_SALT_BYTES = 16


class Verdict(StrEnum):
    """What can be said here, without the source's text, about a claim's passage and numbers."""

    VERIFIED = "verified"
    UNKNOWN = "not verifiable here"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of one source."""

    salt: bytes
    made: datetime.date
    """The day on which anything in it last changed."""
    claims: Mapping[str, tuple[str, ...]]
    """The proofs of each claim, by its id within the source."""
    runs: frozenset[int]

    @property
    def proofs(self) -> frozenset[str]:
        """Every proof, whichever claim it was made for, so that renaming a claim loses nothing."""
        return frozenset(proof for proofs in self.claims.values() for proof in proofs)


def take(base: EvidenceBase, source: str, texts: Sequence[SourceText], before: Fingerprint | None) -> Fingerprint:
    """Make the fingerprint of a source whose claims have all been held against its texts.

    The salt, and the day if nothing else changed, stay those of the fingerprint that was there `before`.
    """
    salt = before.salt if before else secrets.token_bytes(_SALT_BYTES)
    claims = {
        claim.id: tuple(proof for _, proof, _ in _proofs(claim, base, salt))
        for claim in base.claims.values()
        if claim.source == source
    }
    runs = frozenset(kept for text in texts for kept in _runs(_words(text.text), salt).values() if kept is not None)
    made = Fingerprint(salt, datetime.date.today(), dict(sorted(claims.items())), runs)
    return before if before and (before.claims, before.runs) == (made.claims, made.runs) else made


def write(fingerprint: Fingerprint) -> str:
    """Return the text of a fingerprint's file: one claim a line, so that a change shows which."""
    width = BITS // 8
    runs = base64.b64encode(b"".join(run.to_bytes(width, "big") for run in sorted(fingerprint.runs))).decode()
    content = {
        "about": "Written by “python -m macros fingerprint”; macros/fingerprint.py says what this is.",
        "version": _VERSION,
        "salt": fingerprint.salt.hex(),
        "made": fingerprint.made.isoformat(),
        "claims": {id_: " ".join(proofs) for id_, proofs in fingerprint.claims.items()},
        "runs": [runs[start : start + 100] for start in range(0, len(runs), 100)],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def read_fingerprints(root: Path) -> tuple[dict[str, Fingerprint], list[Problem]]:
    """Read the fingerprints below `root` by source, with a problem for each that cannot be read."""
    found: dict[str, Fingerprint] = {}
    problems = []
    for file in sorted((root / FINGERPRINTS).glob("*.json")):
        try:
            found[file.stem] = _read(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            problems.append(
                Problem(
                    "E807",
                    Place(file.relative_to(root).as_posix()),
                    "This fingerprint cannot be read.",
                    "Take it from the last revision that was in order, or write it again: "
                    "“python -m macros fingerprint --sources DIR”.",
                )
            )
    return found, problems


def _read(content: Any) -> Fingerprint:
    width = BITS // 8
    runs = base64.b64decode("".join(content["runs"]), validate=True)
    salt = bytes.fromhex(content["salt"])
    if content["version"] != _VERSION or len(salt) != _SALT_BYTES or len(runs) % width:
        raise ValueError("not a fingerprint of this version")
    return Fingerprint(
        salt,
        datetime.date.fromisoformat(content["made"]),
        {str(id_): tuple(proofs.split()) for id_, proofs in content["claims"].items()},
        frozenset(int.from_bytes(runs[start : start + width], "big") for start in range(0, len(runs), width)),
    )


def verify(base: EvidenceBase, fingerprints: Mapping[str, Fingerprint]) -> tuple[dict[str, Verdict], list[Problem]]:
    """Hold every claim against its source's fingerprint.

    Returns a verdict for each claim by its full id, and a problem for each place that fails.
    """
    proofs = {source: fingerprint.proofs for source, fingerprint in fingerprints.items()}
    verdicts: dict[str, Verdict] = {}
    problems: list[Problem] = []
    for uid, claim in base.claims.items():
        fingerprint = fingerprints.get(claim.source)
        if fingerprint is None:
            verdicts[uid] = Verdict.UNKNOWN
            continue
        unproven = [
            (path, what)
            for path, proof, what in _proofs(claim, base, fingerprint.salt)
            if proof not in proofs[claim.source]
        ]
        found = list(_failures(base, claim, fingerprint, unproven))
        problems += found
        verdicts[uid] = Verdict.FAILS if found else Verdict.UNKNOWN if unproven else Verdict.VERIFIED
    return verdicts, problems


_Path = tuple[str | int, ...]


def _failures(
    base: EvidenceBase, claim: Claim, fingerprint: Fingerprint, unproven: Iterable[tuple[_Path, str]]
) -> Iterator[Problem]:
    absent = {path: run for path, locator in locators(claim) if (run := _absent(locator, fingerprint))}
    for path, run in absent.items():
        yield Problem(
            "E802",
            base.place(claim, *path, "start"),
            f"The words “{run}” do not stand in the source “{claim.source}”.",
            "Copy the first and last words exactly as printed. (This was told from the source's fingerprint.)",
        )
    if claim.id in fingerprint.claims and not absent:
        moved = [(path, what) for path, what in unproven if path[0] != "numbers"]
        # A number's proof holds for its passage: where the passage is another, the number need not be wrong.
        for path, what in moved or unproven:
            yield Problem(
                "E806",
                base.place(claim, *path),
                f"{what} changed since the claim was held against its source.",
                "Undo the change; or, if it is right, somebody who has the source's text runs "
                "“python -m macros fingerprint --sources DIR” and adds the file that it writes.",
            )


def _proofs(claim: Claim, base: EvidenceBase, salt: bytes) -> Iterator[tuple[_Path, str, str]]:
    """Yield what is proven of a claim: where it stands, its hash, and words for it."""
    passages = []
    for path, locator in locators(claim):
        passage = "\0".join((fold(locator.start), fold(locator.end or "")))
        passages.append(passage)
        yield (*path, "start"), _hash(f"passage\0{passage}", salt), "The first or last words of the passage"
    if prints_numbers(base, claim):
        everywhere = "\0".join(passages)
        for index, number in enumerate(claim.numbers):
            proof = _hash(f"number\0{everywhere}\0{fold(number.printed).lower()}", salt)
            yield ("numbers", index, "printed"), proof, f"The number “{number.printed}”"


def _hash(text: str, salt: bytes) -> str:
    return hashlib.blake2b(text.encode(), key=salt, digest_size=_PROOF_BYTES).hexdigest()


def _absent(locator: Locator, fingerprint: Fingerprint) -> str:
    """Return a run of a locator's words that would have been kept if it stood in the source, and was not."""
    for words in (locator.start, locator.end or ""):
        # The outermost may be parts of words: a locator is looked up as it stands.
        for run, kept in _runs(_words(fold(words))[1:-1], fingerprint.salt).items():
            if kept is not None and kept not in fingerprint.runs:
                return run
    return ""


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _runs(words: Sequence[str], salt: bytes) -> dict[str, int | None]:
    """Return every run of words, with the hash that is kept of it, or None."""
    found: dict[str, int | None] = {}
    for start in range(len(words) - RUN + 1):
        run = " ".join(words[start : start + RUN])
        digest = hashlib.blake2b(run.encode(), key=salt, digest_size=BITS // 8 + 1).digest()
        found[run] = int.from_bytes(digest[1:], "big") if digest[0] % SAMPLE == 0 else None
    return found
