"""Patience: for how long a server wants to be left alone before it is asked again."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after(header: str, now: datetime) -> float:
    """Return the seconds that a Retry-After header asks for, as a number or as a date; 0 where it says neither."""
    header = header.strip()
    if re.fullmatch(r"\d{1,9}", header):
        return float(header)
    try:
        then = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return 0.0
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - now).total_seconds())
