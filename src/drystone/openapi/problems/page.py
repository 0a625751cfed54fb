"""The pages about problems, as HTML: no script, one small style sheet, no network.

Texts are escaped; a word between backticks becomes code. The style is allowed by its hash,
so the policy stays as strict as that of every other answer.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import escape
from typing import TYPE_CHECKING, Final

from drystone.errors import Violation
from drystone.openapi.problems.explanations import PROBLEMS, VIOLATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from drystone.errors import Problem

_STYLE: Final = """\
:root{color-scheme:light dark;--ink:#1d2126;--dim:#5c6670;--line:#d8dde2;--ground:#fff;\
--code:#f3f5f7;--link:#0b5cad}
@media(prefers-color-scheme:dark){:root{--ink:#e4e7ea;--dim:#9aa4ae;--line:#363d45;\
--ground:#15181c;--code:#1f242a;--link:#7cb7f5}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:46rem;padding:1.5rem 1rem 4rem;background:var(--ground);\
color:var(--ink);font:1rem/1.6 system-ui,sans-serif}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0 1rem}
h2{font-size:1.1rem;margin:2rem 0 .5rem}
a{color:var(--link)}
nav,.status{color:var(--dim)}
code,pre{font-family:ui-monospace,monospace;font-size:.9em;background:var(--code);\
border-radius:.3rem}
code{padding:.1em .3em}
pre{padding:.8rem;overflow-x:auto;border:1px solid var(--line)}
pre code{padding:0}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0;\
border-bottom:1px solid var(--line)}
th{color:var(--dim);font-weight:normal}
"""

_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)

_CODE: Final = re.compile(r"`([^`]+)`")
_REQUEST_ID: Final = "019c143c-8000-7000-8000-000000000001"


def describe_problem(problem: type[Problem]) -> dict[str, Any]:
    """Return what there is to say of a code, as plain data."""
    told = PROBLEMS[problem.code]
    return {
        "code": problem.code,
        "status": problem.status,
        "title": problem.title,
        "happened": told.happened,
        "mend": told.mend,
        "example": example_of_problem(problem),
    }


def example_of_problem(problem: type[Problem]) -> dict[str, Any]:
    """Return a problem document as an answer with this code has it."""
    told = PROBLEMS[problem.code]
    document: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": told.detail or problem.title,
        "code": problem.code,
        "request_id": _REQUEST_ID,
    }
    if told.fault is not None:
        code, place, detail = told.fault
        kind, _, where = place.partition(":")
        fault = Violation(code=code, detail=detail, **{kind: where})
        document["errors"] = [fault.describe()]
    return document


def render_problem(problem: type[Problem]) -> str:
    """Return the page of a code."""
    told = describe_problem(problem)
    example = json.dumps(told["example"], indent=2, ensure_ascii=False)
    faults = _render_violations() if problem.code == "validation_failed" else ""
    return _page(
        f"{problem.status} {problem.title}",
        '<nav><a href="../problems">All problems</a></nav>'
        f"<h1>{escape(problem.title)}</h1>"
        f'<p class="status">Status {problem.status}, code <code>{problem.code}</code></p>'
        f"<h2>What happened</h2><p>{_inline(told['happened'])}</p>"
        f"<h2>What to do</h2><p>{_inline(told['mend'])}</p>"
        f"{faults}"
        f"<h2>What an answer looks like</h2><pre><code>{escape(example)}</code></pre>",
    )


def render_index(problems: Sequence[type[Problem]]) -> str:
    """Return the page that lists all codes."""
    rows = "".join(
        f'<tr><td>{one.status}</td><td><a href="problems/{one.code}"><code>{one.code}</code></a>'
        f"</td><td>{escape(one.title)}</td></tr>"
        for one in problems
    )
    return _page(
        "Problems",
        "<h1>Problems</h1>"
        "<p>An answer with an error has a <code>code</code>. This is what each one means.</p>"
        "<table><thead><tr><th>Status</th><th>Code</th><th>What happened</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>{_render_violations()}",
    )


def _render_violations() -> str:
    rows = "".join(
        f"<tr><td><code>{code}</code></td><td>{_inline(text)}</td></tr>"
        for code, text in VIOLATIONS.items()
    )
    return (
        "<h2>The codes in <code>errors</code></h2><p>Each entry has one of these, and says where "
        "the fault is: in the body (<code>pointer</code>), in a <code>parameter</code>, or in a "
        "<code>header</code>.</p>"
        f"<table><tbody>{rows}</tbody></table>"
    )


def _inline(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text, quote=False))


def _page(title: str, content: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{content}</main></body></html>\n"
    )
