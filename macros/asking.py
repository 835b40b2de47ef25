"""Asking: the questions of `new` in a terminal, in the words of the fields themselves."""

from __future__ import annotations

from collections.abc import Mapping

import click

from macros import spelling
from macros.base import EvidenceBase
from macros.document import Data
from macros.draft import Question
from macros.form import asked, words
from macros.kinds.vocabulary import Concept
from macros.nearest import nearest

_SHOWN = 12


class Terminal:
    """Asks one question after the other; an empty answer means that nothing is known."""

    def __init__(self, base: EvidenceBase, kind: str) -> None:
        self.base, self.kind = base, kind

    def ask(self, question: Question) -> Data:
        """Ask for one field until the answer can be used."""
        click.echo()
        around, words = self._around(question), self._words(question)
        click.secho(f"{around}: {words.label}" if around else words.label, bold=True)
        self._explain(words)
        choices = self._choices(question)
        if choices is None:
            return self._line(question)
        if not choices:
            click.echo("  There is nothing to choose from yet.")
            return None
        return self._several(question, choices) if question.several else self._one(question, choices)

    def more(self, question: Question, count: int) -> bool:
        """Ask whether there is one, or another one, of a group of fields."""
        click.echo()
        words = self._words(question)
        if not count:
            click.secho(words.plural or words.label, bold=True)
            self._explain(words)
        return click.confirm(f"  {words.label}: {'another one' if count else 'is there any'}?", default=False)

    def _words(self, question: Question) -> Concept:
        """Return what the form in the browser calls a field, where there is one; else its own name."""
        path = ".".join(step for step in question.path if isinstance(step, str))
        found = words(self.base, self.kind, path) if path in asked(self.kind) else None
        return found or Concept(id="own", label=_plain(question.path[-1]), definition=question.part.description or None)

    def _around(self, question: Question) -> str:
        """Return what the field belongs to, such as the second partner."""
        said = []
        for length, step in enumerate(question.path[:-1], 1):
            if isinstance(step, str):
                path = ".".join(s for s in question.path[:length] if isinstance(s, str))
                own = words(self.base, self.kind, path) if path in asked(self.kind) else None
                said.append(own.label if own else _plain(step))
            else:
                said[-1] += f" {step + 1}"
        return ", ".join(said)

    def _explain(self, words: Concept) -> None:
        if words.definition:
            click.echo(f"  {words.definition}")
        if words.good:
            click.echo(f"  Such as (made up): {words.good}")

    def _line(self, question: Question) -> Data:
        needed = question.needed and (question.name in ("title", "id") or question.form.date)
        hint = "" if needed else " (empty if it is not known)"
        if question.form.date:
            hint = " (such as 2026-11-22)"
        while True:
            answer = click.prompt(
                f"  {'One a line' if question.several else 'Answer'}{hint}", default="", show_default=False
            )
            answer = " ".join(answer.split())
            if question.form.date:
                answer = spelling.date(answer)
            if answer and question.several:
                return self._lines(answer)
            if answer or not needed:
                return answer or None
            click.echo("  This cannot be left out.")

    def _lines(self, first: str) -> Data:
        found: list[Data] = [first]
        while answer := " ".join(click.prompt("  Next (empty to end)", default="", show_default=False).split()):
            found.append(answer)
        return found

    def _choices(self, question: Question) -> dict[str, str] | None:
        """Return what can be chosen, with its label; None for a question that is answered in words."""
        if question.form.scheme:
            return {id_: concept.label for id_, concept in self.base.concepts.get(question.form.scheme, {}).items()}
        kinds = question.part.kinds
        if not kinds:
            return None
        found: dict[str, str] = {}
        for kind in kinds:
            lead = f"{kind}:" if len(kinds) > 1 else ""
            if kind == "claim":
                found |= {f"{lead}{uid}": claim.statement for uid, claim in self.base.claims.items()}
            elif kind == "reference":
                found |= {f"{lead}{key}": work.title for key, work in self.base.bibliography.items()}
            else:
                found |= {f"{lead}{id_}": record.title for id_, record in self.base.records.get(kind, {}).items()}
        return found

    def _one(self, question: Question, choices: Mapping[str, str], *, again: bool = False) -> str | None:
        shown = list(choices)[:_SHOWN]
        if not again or len(choices) <= _SHOWN:
            self._show(shown, choices)
        while True:
            answer = click.prompt("  Number, or words to search for", default="", show_default=False).strip()
            if not answer:
                if not question.needed or "not-stated" in choices or not question.form.word:
                    return None
                click.echo("  One has to be chosen; Ctrl-C gives up without writing anything.")
                continue
            if answer.isdigit() and 0 < int(answer) <= len(shown):
                return shown[int(answer) - 1]
            if answer in choices:
                return answer
            exact = [id_ for id_, label in choices.items() if label.casefold() == answer.casefold()]
            if len(exact) == 1:
                return exact[0]
            if found := self._found(answer, choices):
                shown = found
                self._show(shown, choices)
            else:
                # The numbers go on meaning what was shown last.
                click.echo(f"  Nothing fits; try another word{_new_term(question)}.")

    def _found(self, words: str, choices: Mapping[str, str]) -> list[str]:
        wanted = words.casefold().split()
        found = [id_ for id_, label in choices.items() if all(word in f"{id_} {label}".casefold() for word in wanted)]
        if not found:
            near = nearest(words, [*choices, *choices.values()], _SHOWN)
            found = [id_ for id_, label in choices.items() if id_ in near or label in near]
        return found[:_SHOWN]

    def _show(self, shown: list[str], choices: Mapping[str, str]) -> None:
        for number, id_ in enumerate(shown, 1):
            label = choices[id_]
            click.echo(f"  {number:>3}  {label[:90]}{'…' if len(label) > 90 else ''}  " + click.style(id_, dim=True))
        if len(choices) > len(shown) == _SHOWN:
            click.echo(f"       … of {len(choices)}; type a word to search.")

    def _several(self, question: Question, choices: Mapping[str, str]) -> Data:
        found: list[Data] = []
        while True:
            if found:
                click.echo(f"  Chosen: {', '.join(map(str, found))}. Another one, or empty to end.")
            answer = self._one(_optional(question) if found else question, choices, again=bool(found))
            if answer is None:
                return found or None
            if answer not in found:
                found.append(answer)


def _optional(question: Question) -> Question:
    return Question(question.path, question.part, question.form, question.several, needed=False)


def _plain(step: str | int) -> str:
    name = str(step).replace("_", " ")
    return name[:1].upper() + name[1:]


def _new_term(question: Question) -> str:
    scheme = question.form.scheme
    return f", or leave it and add a term to evidence/vocabularies/{scheme}.yaml first" if scheme else ""
