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
_VIEW = {
    "github": "blob/{commit}/{path}",
    "gitlab": "-/blob/{commit}/{path}",
    "bitbucket": "src/{commit}/{path}",
    "codeberg": "src/commit/{commit}/{path}",
    "gitea": "src/commit/{commit}/{path}",
    "forgejo": "src/commit/{commit}/{path}",
}


@dataclass(frozen=True, slots=True)
class Repository:
    """The project's repository on the web; `address` is empty when nobody has said where it is."""

    address: str = ""
    branch: str = "main"
    pattern: str = ""
    """How an edit link continues after `address`; empty to take the host's usual form."""
    view_pattern: str = ""
    """How the address of a file in one commit continues; empty to take the host's usual form, if it is known."""

    def edit(self, path: str) -> str | None:
        """Return the address at which `path` can be edited, or None when the repository has no address."""
        if not self.address:
            return None
        pattern = self.pattern or self._usual_pattern()
        tail = pattern.replace("{branch}", quote(self.branch)).replace("{path}", quote(path))
        return f"{self.address.rstrip('/')}/{tail}"

    def view(self, path: str, commit: str) -> str | None:
        """Return the address at which `path` stays as it was in `commit`; None where that is not known."""
        pattern = self.view_pattern or next((p for name, p in _VIEW.items() if name in self._host()), "")
        if not (self.address and commit and pattern):
            return None
        tail = pattern.replace("{commit}", quote(commit)).replace("{path}", quote(path))
        return f"{self.address.rstrip('/')}/{tail}"

    def _host(self) -> str:
        return urlsplit(self.address).netloc.lower()

    def _usual_pattern(self) -> str:
        return next((pattern for name, pattern in _PATTERNS.items() if name in self._host()), _GITHUB)

    @property
    def links(self) -> dict[str, str]:
        """Return where a new file and a new issue can be begun with their text filled in, where the host can do that."""
        if "github" not in self._host():
            return {}
        address = self.address.rstrip("/")
        return {"file": f"{address}/new/{quote(self.branch)}", "issue": f"{address}/issues/new"}
