"""Building blocks of the gateway's pages; every value is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from hospital.gateway.web import Response
from hospital.gateway.words import EN, WORDS, ZH, say


@dataclass(frozen=True, slots=True)
class View:
    """Who looks at what: the language and the path that the language link comes back to."""

    language: str
    path: str

    def word(self, key: str) -> str:
        """A word of the page, ready for HTML."""
        return escape(say(WORDS[key], self.language))

    def pair(self, words: tuple[str, str]) -> str:
        """Words that are not in the list of the page, ready for HTML."""
        return escape(say(words, self.language))


def yuan(fen: int) -> str:
    """An amount as people read it."""
    return f"¥{fen // 100}.{fen % 100:02}"


def origin(url: str) -> str:
    """The part of an address that a Content-Security-Policy names."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def pairs(rows: Iterable[tuple[str, str]]) -> str:
    """Terms (ready) and their values (escaped here)."""
    return (
        f"<dl>{''.join(f'<div><dt>{term}</dt><dd>{escape(value)}</dd></div>' for term, value in rows)}</dl>"
    )


def table(name: str, head: Sequence[str], rows: Iterable[Sequence[str]], empty: str) -> str:
    """A table that scrolls sideways on a phone, by keyboard too; `name`, `head` and `empty` are ready,
    cells are escaped here.
    """
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    top = "".join(f"<th>{column}</th>" for column in head)
    none = f'<tr><td colspan="{len(head)}">{empty}</td></tr>'
    region = f'<div class="wide" tabindex="0" role="region" aria-label="{name}">'
    return f"{region}<table><tr>{top}</tr>{body or none}</table></div>"


def result(view: View, kind: str, key: str, return_url: str = "") -> str:
    """What became of an order, and the way back."""
    link = f'<a class="main" href="{escape(return_url)}">{view.word("back")}</a>' if return_url else ""
    return (
        f'<div class="result {kind}"><h1>{view.word(key)}</h1><p>{view.word(f"{key}_more")}</p></div>{link}'
    )


def page(view: View, title: str, body: str, *, status: int = 200, form_action: str = "") -> Response:
    """A whole page; a form may lead to itself and, after a redirect, to `form_action`."""
    other = ZH if view.language == EN else EN
    html = f"""<!doctype html>
<html lang="{view.language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/gateway.css"></head>
<body>
<header><span>{view.word("brand")}</span>
<a href="{escape(view.path)}?lang={other}" lang="{other}" hreflang="{other}">{view.word("other_language")}</a>
</header>
<main>{body}
<p class="demo">{view.word("notice")}</p></main>
</body></html>"""
    policy = (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {form_action}"
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy.strip(),
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(status, html.encode(), headers)
