"""A taxonomy as a text: lists of keywords as Lightroom and digiKam exchange them, and JSON, which keeps everything.

In a list of keywords a tab more is a level deeper, `{synonym}` lines belong to the keyword above them, and a keyword in
brackets, `[Places]`, is a heading that is itself no keyword; Lumina knows no such difference and takes it as a node.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lumina.domain import change
from lumina.domain.taxonomy import MAX_DEPTH, NodeKind
from lumina.errors import BadInput

NAMED = 5
"""Bad lines that a message names."""
VERSION = 1
"""Of the JSON form."""


@dataclass(slots=True)
class Branch:
    """A node and all below it, in no database.

    Attributes:
        names: (language, name) beside `name`; "" is no language in particular.
        key: of a node of the starting tree, where it is one.
    """

    name: str
    names: list[tuple[str, str]] = field(default_factory=list)
    kind: NodeKind = NodeKind.CONCEPT
    threshold: float | None = None
    key: str | None = None
    below: list[Branch] = field(default_factory=list)


def write_keywords(branches: Iterable[Branch]) -> str:
    """A list of keywords, with line ends of its own; languages, kinds and thresholds are not kept."""
    return "".join(f"{line}\n" for line in _keyword_lines(branches, 0))


def _keyword_lines(branches: Iterable[Branch], depth: int) -> Iterator[str]:
    for branch in branches:
        yield "\t" * depth + branch.name
        for name in sorted({name for _, name in branch.names if name != branch.name}):
            yield "\t" * (depth + 1) + "{" + name + "}"
        yield from _keyword_lines(branch.below, depth + 1)


def read_keywords(text: str) -> list[Branch]:
    """The nodes of a list of keywords.

    Raises:
        BadInput: lines are indented by too much, hold no name, or too long ones; the message names the first of them.
    """
    top: list[Branch] = []
    line_of: list[Branch] = []
    wrong: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        words = line.lstrip("\t")
        if not words.strip():
            continue
        if problem := _read_line(words.strip(), len(line) - len(words), top, line_of):
            wrong.append(f"line {number}: {problem}")
    if wrong:
        more = f" (and {len(wrong) - NAMED:,} more)" if len(wrong) > NAMED else ""
        raise BadInput(f"The list of keywords cannot be read: {'; '.join(wrong[:NAMED])}{more}.")
    return top


def _read_line(words: str, depth: int, top: list[Branch], line_of: list[Branch]) -> str | None:
    """Add what one line says; returns what is wrong with it. `line_of` leads from the top to the last keyword."""
    if depth > len(line_of) or depth > MAX_DEPTH:
        return f"{words[:60]!r} is indented by more than one level"
    synonym, heading = _inside(words, "{", "}"), _inside(words, "[", "]")
    try:
        name = change.node_name(synonym or heading or words)
    except ValueError as error:
        return f"{words[:60]!r}: {error}"
    if synonym is not None:
        if depth == 0:
            return f"{words[:60]!r} is a synonym of nothing"
        line_of[depth - 1].names.append(("", name))
        return None
    del line_of[depth:]
    branch = Branch(name)
    (line_of[-1].below if line_of else top).append(branch)
    line_of.append(branch)
    return None


def _inside(words: str, left: str, right: str) -> str | None:
    return words[1:-1] if words.startswith(left) and words.endswith(right) else None


def write_json(branches: Iterable[Branch]) -> str:
    """Everything about the nodes, readable."""
    document = {"lumina": "taxonomy", "version": VERSION, "nodes": [_plain(branch) for branch in branches]}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _plain(branch: Branch) -> dict[str, Any]:
    plain: dict[str, Any] = {"name": branch.name}
    if branch.key is not None:
        plain["key"] = branch.key
    if branch.kind is not NodeKind.CONCEPT:
        plain["kind"] = branch.kind.value
    if branch.threshold is not None:
        plain["threshold"] = branch.threshold
    if branch.names:
        plain["names"] = [list(pair) for pair in branch.names]
    if branch.below:
        plain["below"] = [_plain(child) for child in branch.below]
    return plain


def read_json(text: str) -> list[Branch]:
    """The nodes of a JSON document as `write_json` makes it.

    Raises:
        BadInput: it is no such document; the message names the first node that is wrong.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"The taxonomy is no JSON: {error}.") from None
    if not isinstance(document, Mapping) or document.get("lumina") != "taxonomy":
        raise BadInput('The JSON is no taxonomy of Lumina: it has no "lumina": "taxonomy".')
    if document.get("version") != VERSION:
        raise BadInput(f"The taxonomy is of version {document.get('version')!r}; this Lumina reads version {VERSION}.")
    return _branches(document.get("nodes"), ())


_PARTS = {"name", "key", "kind", "threshold", "names", "below"}


def _branches(nodes: Any, above: Sequence[str]) -> list[Branch]:
    if not isinstance(nodes, list):
        raise BadInput(f"The taxonomy cannot be read: what is below {'/'.join(above) or 'the top'} is no list.")
    if len(above) > MAX_DEPTH:
        raise BadInput(f"The taxonomy cannot be read: it is more than {MAX_DEPTH} levels deep.")
    return [_branch(node, above) for node in nodes]


def _branch(node: Any, above: Sequence[str]) -> Branch:
    where = (
        "/".join([*above, str(node.get("name", "?"))[:60]]) if isinstance(node, Mapping) else "/".join([*above, "?"])
    )
    try:
        if not isinstance(node, Mapping) or (strange := sorted(node.keys() - _PARTS)):
            raise ValueError(f"it has {strange[0]!r}" if isinstance(node, Mapping) else "it is no object")
        name, key = change.node_name(node.get("name")), node.get("key")
        if key is not None and not isinstance(key, str):
            raise ValueError("its key is no text")
        names = [(language, spoken) for language, spoken in change.node_names(node.get("names", []))]
        branch = Branch(
            name, names, NodeKind(node.get("kind", "concept")), change.threshold(node.get("threshold")), key
        )
    except ValueError as error:
        raise BadInput(f"The taxonomy cannot be read: {where!r}: {error}.") from None
    branch.below = _branches(node.get("below", []), [*above, name])
    return branch
