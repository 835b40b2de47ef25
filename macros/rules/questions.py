"""Rule 8 again: a question with answers says for each of them what the guidance says, also where that is nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from macros.catalogue import Code
from macros.kinds.vocabulary import Vocabulary
from macros.nearest import did_you_mean
from macros.problem import Problem
from macros.rules.rule import Evidence, Report, rule


@rule(
    Code(
        "E471",
        "answer-leads-nowhere",
        "In a vocabulary of questions an answer belongs to no question or does not say what the guidance says, or a question has fewer than two answers.",
        "Somebody who picks the answer would be told nothing, and take the silence for a no.",
        "- {id: lead-company, broader: lead, label: A company}",
        "- {id: lead-company, broader: lead, label: A company, definition: The note usually excludes it., guidance: [not-companies]}",
    ),
    number=8,
)
def answers_without_words(evidence: Evidence, report: Report) -> Iterator[Problem]:
    for id_, vocabulary in evidence.base.vocabularies.items():
        if not any(concept.guidance for concept in vocabulary.concepts):
            continue
        asked = [concept.id for concept in vocabulary.concepts if concept.broader is None]
        answers = Counter(concept.broader for concept in vocabulary.concepts)
        document = evidence.base.documents[Vocabulary.kind, id_]
        for index, concept in enumerate(vocabulary.concepts):
            if concept.broader is None and concept.guidance:
                yield report(
                    document.place(("concepts", index, "guidance")),
                    f"“{concept.id}” names guidance and is not an answer to any question.",
                    "Add “broader: …” with the question's id, or move the guidance to its answers.",
                )
            elif concept.broader is None and answers[concept.id] < 2:
                yield report(
                    document.place(("concepts", index, "id")),
                    f"The question “{concept.id}” has fewer than two answers.",
                    f"An answer is a concept with “broader: {concept.id}”.",
                )
            elif concept.broader is not None and concept.broader not in asked:
                yield report(
                    document.place(("concepts", index, "broader")),
                    f"“{concept.broader}” is not a question of this vocabulary.",
                    did_you_mean(concept.broader, asked) or f"The questions are: {', '.join(asked)}.",
                )
            elif concept.broader is not None and not concept.definition:
                yield report(
                    document.place(("concepts", index, "id")),
                    f"The answer “{concept.id}” does not say what the guidance says to it.",
                    "Add “definition: …”; where the guidance is silent, say so.",
                )
