"""/docs: the API for people, as one plain page, made from the OpenAPI document; nothing is loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;"
    "background:#fff}h2{margin-top:2.5rem;border-bottom:1px solid #bbb}code{background:#eee;padding:0 .25em}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;"
    "border-bottom:1px solid #ddd}details{margin:.5rem 0}summary{cursor:pointer}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}code{background:#333}"
    "h2,th,td{border-color:#444}a{color:#9cf}}"
)


def page(document: Mapping[str, Any]) -> str:
    """HTML of an OpenAPI document."""
    title = escape(f"{document['info']['title']} {document['info']['version']}: API")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><main>'
        f'<h1>{title}</h1><p>Machine-readable: <a href="/api/openapi.json">/api/openapi.json</a>. Errors are '
        "<code>application/problem+json</code>.</p>"
        f"{''.join(_tags(document))}<h2>Schemas</h2>{''.join(_schemas(document))}</main></body></html>"
    )


def _tags(document: Mapping[str, Any]) -> Iterator[str]:
    tag = None
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["tags"][0] != tag:
                tag = operation["tags"][0]
                yield f"<h2>{escape(tag.capitalize())}</h2>"
            yield _operation(path, method, operation)


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> str:
    rows = [(p["name"], p["in"], _type(p["schema"]), p.get("description", "")) for p in operation.get("parameters", ())]
    body = operation.get("requestBody")
    if body:
        rows.append(("body", "body", _type(_content(body)), ""))
    answers = [
        (status, "", _type(_content(answer)), answer["description"])
        for status, answer in operation["responses"].items()
    ]
    return (
        f"<details><summary><code>{method.upper()} {escape(path)}</code> {escape(operation.get('description', ''))}"
        f"</summary>{_table('Takes', rows)}{_table('Answers', answers)}</details>"
    )


def _content(part: Mapping[str, Any]) -> Mapping[str, Any]:
    for content in part.get("content", {}).values():
        schema: Mapping[str, Any] = content.get("schema", {})
        return schema
    return {}


def _schemas(document: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in document["components"]["schemas"].items():
        rows = [
            (field, "", _type(inside), inside.get("description", ""))
            for field, inside in schema.get("properties", {}).items()
        ]
        yield (
            f'<details id="{escape(name)}"><summary><code>{escape(name)}</code> {escape(schema.get("description", ""))}'
            f"</summary>{_table('Fields', rows)}</details>"
        )


def _table(heading: str, rows: list[tuple[str, str, str, str]]) -> str:
    if not rows:
        return ""
    cells = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(where)}</td><td>{kind}</td><td>{escape(text)}</td></tr>"
        for name, where, kind, text in rows
    )
    return f'<table><thead><tr><th scope="col" colspan="4">{heading}</th></tr></thead><tbody>{cells}</tbody></table>'


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "enum" in schema:
        return " | ".join(escape(str(value)) for value in schema["enum"])
    return escape(str(schema.get("type", "")))
