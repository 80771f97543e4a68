"""A policy as notebooks show it: for each compartment, who can open it, and what each jurisdiction could.

Names in a policy file are anybody's text: all of them go through ``_safe``.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from triclave import _core

MOST_COLUMNS = 12  # of coalitions in one picture; the text has what the library lists
ROW, HEAD, LETTERS = 24, 40, 30  # pixels, and letters of an operator's name
COALITION, JURISDICTION = 30, 56  # pixels of a column
OPENS, COMPELLED, REFUSED = "#2f7ed8", "#8a8f98", "#d9483b"  # readable on light and on dark pages

LEGEND = (
    f'Dots of one column act together: <span style="color:{OPENS}">a smallest coalition that opens it</span>, '
    f'<span style="color:{REFUSED}">all whom a jurisdiction can compel and who could</span>, '
    f'<span style="color:{COMPELLED}">all whom one can compel and who could not</span>.'
)


class _Mark(NamedTuple):
    """A column of the picture: a set of operators, and what is said above it."""

    head: str
    below: str
    title: str
    operators: frozenset[str]
    colour: str


def html_of(explanation: _core.Explanation) -> str:
    """The explanation as HTML, with inline pictures and nothing from elsewhere.

    >>> page = triclave.picture.html_of(town.policy.explain())
    >>> page.count("<svg"), "hospital together with any 2 of" in page
    (2, True)
    """
    told = json.loads(explanation.json)
    parts = "".join(_compartment(each, told["recipients"]) for each in told["compartments"])
    head = f"Who can open <b>{_safe(told['dataset'])}</b>, judged {_safe(told['date'])}. {LEGEND}"
    return f'<div style="font-family:sans-serif;line-height:1.5"><div>{head}</div>{parts}</div>'


def _safe(text: str) -> str:
    """Text as HTML. What does not print (line ends, marks that turn the direction of reading) is seen as such."""
    return html.escape("".join(each if each.isprintable() else "\ufffd" for each in text))


def _compartment(told: dict[str, Any], recipients: Sequence[dict[str, Any]]) -> str:
    broken = [f"{each['rule']}: {each['finding']}" for each in told["rules"] if not each["met"]]
    broken += [f"the key file of {each} is missing" for each in told["missing_keys"]]
    colour = "inherit" if told["may_seal"] else REFUSED
    sealing = "Sealing is allowed." if told["may_seal"] else "Sealing is refused: " + "; ".join(broken) + "."
    return (
        f'<div style="margin-top:1em"><b>{_safe(told["name"])}</b> opens with {_safe(told["in_words"])}</div>'
        f'{_picture(told, recipients)}<div style="color:{colour}">{_safe(sealing)}</div>'
    )


def _picture(told: dict[str, Any], recipients: Sequence[dict[str, Any]]) -> str:
    facts = {each["operator"]: each for each in reversed(recipients) if each["name"] in told["recipients"]}
    operators = list(dict.fromkeys(each["operator"] for each in recipients if each["operator"] in facts))
    listed = told["coalitions"]["listed"]
    marks = [_Mark("", "", " + ".join(each) or "nobody's key is needed", frozenset(each), OPENS) for each in listed[:MOST_COLUMNS]]
    for each in told["jurisdictions"]:
        opens, who = each["opens"], each["jurisdiction"]
        title = f"{who} can compel {', '.join(each['compels']) or 'nobody here'}, who {'can' if opens else 'cannot'} open it"
        below = "opens" if opens else "cannot"
        marks.append(_Mark(who, below, title, frozenset(each["compels"]), REFUSED if opens else COMPELLED))
    x = 16 + 8 * min(LETTERS, max(map(len, operators), default=0))
    places = []
    for mark in marks:
        wide = JURISDICTION if mark.head else COALITION
        places.append(x + wide // 2)
        x += wide
    width, height = x, HEAD + ROW * len(operators) + 4
    body = [_row(i, each, facts[each], width) for i, each in enumerate(operators)]
    body += [_column(x, mark, operators) for x, mark in zip(places, marks)]
    if not listed:
        note = "Nobody can open it."
    elif told["coalitions"]["more"] or len(listed) > MOST_COLUMNS:
        note = f"There are more coalitions; the smallest has {told['coalitions']['smallest']} operators."
    else:
        note = ""
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" font-size="13" fill="currentColor">'
    return f"{picture}{''.join(body)}</svg><div>{note}</div>"


def _text(x: int, y: int, text: str, title: str, anchor: str, colour: str = "currentColor") -> str:
    told = f"<title>{_safe(title)}</title>" if title else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}">{_safe(text)}{told}</text>'


def _row(number: int, operator: str, facts: dict[str, Any], width: int) -> str:
    y = HEAD + ROW * number
    short = operator if len(operator) <= LETTERS else operator[: LETTERS - 1] + "\u2026"
    title = f"{operator} ({facts['role']}, {facts['country']['value']}, owned from {facts['owner_country']['value']})"
    stripe = f'<rect x="0" y="{y}" width="{width}" height="{ROW}" fill="{COMPELLED}" fill-opacity="0.12"/>' if number % 2 == 0 else ""
    return stripe + _text(4, y + 17, short, title, "start")


def _column(x: int, mark: _Mark, operators: Sequence[str]) -> str:
    """Dots for the operators of a set, with a line through them."""
    rows = [HEAD + ROW * i + ROW // 2 for i, each in enumerate(operators) if each in mark.operators]
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="6" fill="{mark.colour}"/>' for y in rows)
    if len(rows) > 1:
        dots += f'<line x1="{x}" y1="{rows[0]}" x2="{x}" y2="{rows[-1]}" stroke="{mark.colour}" stroke-width="3"/>'
    heads = _text(x, 14, mark.head, "", "middle", mark.colour) + _text(x, 30, mark.below, "", "middle", mark.colour) if mark.head else ""
    return f"<g><title>{_safe(mark.title)}</title>{heads}{dots}</g>"
