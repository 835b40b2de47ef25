"""Where a file of the project can be edited on the web, if the project has an address at all."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_GITHUB = "edit/{branch}/{path}"
_PATTERNS = {
    "gitlab": "-/edit/{branch}/{path}",
    "bitbucket": "src/{branch}/{path}?mode=edit",
    "codeberg": "_edit/{branch}/{path}",
    "gitea": "_edit/{branch}/{path}",
    "forgejo": "_edit/{branch}/{path}",
}


@dataclass(frozen=True, slots=True)
class Repository:
    """The project's repository on the web; `address` is empty when nobody has said where it is."""

    address: str = ""
    branch: str = "main"
    pattern: str = ""
    """How an edit link continues after `address`; empty to take the host's usual form."""

    def edit(self, path: str) -> str | None:
        """Return the address at which `path` can be edited, or None when the repository has no address."""
        if not self.address:
            return None
        pattern = self.pattern or self._usual_pattern()
        tail = pattern.replace("{branch}", quote(self.branch)).replace("{path}", quote(path))
        return f"{self.address.rstrip('/')}/{tail}"

    def _usual_pattern(self) -> str:
        host = urlsplit(self.address).netloc.lower()
        return next((pattern for name, pattern in _PATTERNS.items() if name in host), _GITHUB)
