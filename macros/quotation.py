"""Quotations: which of a claim's numbers can be quoted, and by what name."""

from __future__ import annotations

from macros.kinds.claim import Claim


def value_problem(claim: Claim, part: str) -> str:
    """Return why `#part` of a claim cannot be quoted as a number; empty when it can."""
    keys = [number.key for number in claim.numbers]
    if not keys:
        return f"The claim “{claim.uid}” has no numbers."
    if part in keys:
        return ""
    if part == "" or part in {"numerator", "denominator", "fraction"}:
        if len(keys) > 1 and "value" not in keys:
            return f"The claim “{claim.uid}” has several numbers; say which: {', '.join(keys)}."
        number = next((n for n in claim.numbers if n.key == "value"), claim.numbers[0])
        wanted = {
            "numerator": (number.numerator,),
            "denominator": (number.denominator,),
            "fraction": (number.numerator, number.denominator),
        }
        if any(not isinstance(value, int) for value in wanted.get(part, ())):
            return f"The source does not state the {part} of “{claim.uid}”."
        return ""
    return f"The claim “{claim.uid}” has no number “{part}”; it has: {', '.join(keys)}."
