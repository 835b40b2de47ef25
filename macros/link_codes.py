"""What can be wrong with links: inside the built site, to other places, and in the exceptions from either."""

from __future__ import annotations

from macros.catalogue import Code
from macros.problem import Severity

CODES: tuple[Code, ...] = (
    Code(
        "E901",
        "link-broken",
        "The built site points at a page or file of its own that is not there.",
        "A reader who follows it finds nothing.",
        '<a href="../findngs/">',
        '<a href="../findings/">',
    ),
    Code(
        "E902",
        "anchor-missing",
        "A link leads to a place on a page that the page does not have.",
        "The reader lands at the top of a long page and has to search.",
        '<a href="../glossary/#lmcis">',
        '<a href="../glossary/#lmics">',
    ),
    Code(
        "E903",
        "anchor-twice",
        "A link leads to a place that two elements of the page call theirs.",
        "Browsers take the first, which may not be the one that was meant.",
        '<h2 id="cost">…<h3 id="cost">',
        '<h2 id="cost">…<h3 id="cost-of-travel">',
    ),
    Code(
        "E904",
        "page-orphaned",
        "No way of links leads from the home page to a page.",
        "Nobody finds it who does not know its address.",
        "a page that stands in no list and no navigation",
        "a link to it from the list of its kind",
    ),
    Code(
        "E905",
        "link-detour",
        "A link reaches its page only because servers correct it.",
        "It costs a redirect, fails where pages are opened from a folder, and some servers correct nothing.",
        '<a href="../findings">',
        '<a href="../findings/">',
        Severity.WARNING,
    ),
    Code(
        "E906",
        "published-address-gone",
        "An address that was once published is not there in the built site.",
        "People link to addresses and cite them. A page that moves leaves a redirect, a record that no longer "
        "stands keeps its page, which says why.",
        "finding:x   # in evidence/published.txt, and no page findings/x/",
        "evidence/findings/x.yaml with “status: withdrawn”, or a page that redirects",
    ),
    Code(
        "E907",
        "link-outside",
        "A link leads out of the site's folder, to somebody's own machine, or to no place on the web.",
        "It works where the site was made and nowhere else, or could run code.",
        '<a href="http://localhost:8000/findings/">',
        '<a href="../findings/">',
    ),
    Code(
        "E908",
        "link-malformed",
        "An address is not written as an address.",
        "Browsers guess what was meant, and not all alike.",
        '<a href="annual report.pdf">',
        '<a href="annual%20report.pdf">',
    ),
    Code(
        "E909",
        "redirect-in-circles",
        "Pages that send their readers on lead in a circle.",
        "The browser never arrives.",
        "a/ redirects to b/, and b/ to a/",
        "a/ redirects to b/",
    ),
    Code(
        "E910",
        "built-file-unreadable",
        "A file of the built site is not what its name says.",
        "Programs that ask for it fail.",
        "a feed that is not well-formed XML",
        "a feed that is",
    ),
    Code(
        "E930",
        "exception-malformed",
        "An exception in link-exceptions.yml lacks its link, its reason or its last day, or has something else.",
        "An exception that nobody can judge stays for ever.",
        "- link: https://example.org/",
        "- {link: https://example.org/, reason: Turns programs away; opened by hand., until: 2027-05-01}",
    ),
    Code(
        "E931",
        "exception-needless",
        "An exception excuses nothing.",
        "It would hide the next fault of that link.",
        "an exception for a link that is well again",
        "(delete it)",
    ),
    Code(
        "E932",
        "exception-past",
        "An exception's last day is past.",
        "Exceptions are for a while; somebody has to look again.",
        "until: 2020-01-01",
        "until: 2027-05-01   # after somebody looked",
    ),
)
