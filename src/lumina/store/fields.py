"""The fields of the journal as data: where each is kept, how it is read and how it is written.

The statements work on two sets that `lumina.store.journal` makes: `wanted` (alias `w`: image_id, key, ...) is read,
`changed` (alias `c`: image_id, key, after) is written. Values are jsonb; `(c.after #>> '{}')` is one as text, NULL
where it is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lumina.domain.curation import Field


@dataclass(frozen=True, slots=True)
class Access:
    """How one field is read and written.

    Attributes:
        joins: what `w` is joined with. present: the value now, as jsonb, never NULL.
        exists: whether there is something that can have a value.
        write: statements over `changed c`.
        after: the value as the journal keeps it, of the one that was asked for (`w.after`), over the same tables.
    """

    joins: str
    present: str
    write: tuple[str, ...]
    exists: str = "i.id IS NOT NULL"
    after: str = "w.after"


def _timed(joins: str, present: str, write: tuple[str, ...]) -> Access:
    """A yes is kept as the moment since when, in UTC: undo brings that back as well.

    One without its moment has been since now, or since whenever it has been one.
    """
    yes = f"CASE WHEN {present} <> {_NO} THEN {present} ELSE {moment('now()')} END"
    after = f"CASE WHEN w.after = CAST('true' AS jsonb) THEN {yes} ELSE w.after END"
    return Access(joins, present, write, after=after)


def _found(alias: str, table: str, condition: str) -> str:
    """Join the one row that there may be, looked up by its key.

    A planner that takes the table for empty, as it was some seconds ago, would read all of it for each row.
    """
    return f"LEFT JOIN LATERAL (SELECT * FROM {table} t WHERE {condition} LIMIT 1) {alias} ON true"


def _without(table: str, condition: str, nothing: str = "CAST('false' AS jsonb)") -> str:
    """Delete the rows of those that are no longer there, looked up as in `_found`."""
    return (
        f"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT found.ctid FROM changed c CROSS JOIN LATERAL"
        f" (SELECT t.ctid FROM {table} t WHERE {condition} LIMIT 1) found WHERE c.after = {nothing}))"
    )


_NO = "CAST('false' AS jsonb)"
_IMAGE = _found("i", "image", "t.id = w.image_id")
_CURATION = f"{_IMAGE} {_found('u', 'curation', 't.image_id = w.image_id')}"
_TEXT = "(c.after #>> '{}')"
_NULL = "CAST('null' AS jsonb)"


def moment(column: str) -> str:
    """A timestamp as jsonb text: the same in every session's time zone, to the microsecond."""
    return f"""to_jsonb(to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))"""


def _curation(column: str, kind: str, default: str) -> Access:
    value = f"CAST({_TEXT} AS {kind})"
    return Access(
        joins=_CURATION,
        present=f"coalesce(to_jsonb(u.{column}), CAST('{default}' AS jsonb))",
        write=(
            f"INSERT INTO curation (image_id, {column}) SELECT c.image_id, {value} FROM changed c"
            f" ON CONFLICT (image_id) DO UPDATE SET {column} = excluded.{column}",
        ),
    )


def _beside(name: str, columns: Mapping[str, str], present: str, silent: str, of_file: str) -> Access:
    """A field whose word stands beside the file's, in `metadata`.

    With the first word `base` keeps what the file said then, for the merge with what the file says later; with the
    word it goes. `columns` are written, each with its value; `silent` tells that there is no word; `of_file` is the
    file's value over `metadata d`.
    """
    names, values = ", ".join(columns), ", ".join(columns.values())
    base = f"jsonb_build_object('{name}', (SELECT {of_file} FROM metadata d WHERE d.image_id = c.image_id))"
    writes = ", ".join(f"{column} = excluded.{column}" for column in columns)
    return Access(
        joins=_CURATION,
        present=present,
        write=(
            f"INSERT INTO curation (image_id, {names}, base)"
            f" SELECT c.image_id, {values}, CASE WHEN {silent} THEN '{{}}' ELSE {base} END FROM changed c"
            f" ON CONFLICT (image_id) DO UPDATE SET {writes}, base = CASE WHEN excluded.base = '{{}}'"
            f" THEN curation.base - '{name}' ELSE excluded.base || curation.base END",
        ),
    )


def _text(column: str) -> Access:
    return _beside(
        column,
        {column: _TEXT},
        f"coalesce(to_jsonb(u.{column}), {_NULL})",
        f"c.after = {_NULL}",
        f"to_jsonb(d.{column})",
    )


def _switch(column: str) -> Access:
    return Access(
        joins=_IMAGE,
        present=f"to_jsonb(i.{column})",
        write=(f"UPDATE image SET {column} = CAST({_TEXT} AS boolean) FROM changed c WHERE image.id = c.image_id",),
    )


_KEYWORDS = _beside(
    "keywords",
    {"keywords": "ARRAY(SELECT jsonb_array_elements_text(c.after))"},
    "coalesce(to_jsonb(u.keywords), CAST('[]' AS jsonb))",
    "c.after = CAST('[]' AS jsonb)",
    "to_jsonb(d.keywords)",
)
_DEGREES = "CAST(c.after ->> {} AS double precision)"
_LOCATION = _beside(
    "location",
    {"latitude": _DEGREES.format(0), "longitude": _DEGREES.format(1)},
    "CASE WHEN u.latitude IS NULL OR u.longitude IS NULL"
    f" THEN {_NULL} ELSE jsonb_build_array(u.latitude, u.longitude) END",
    f"c.after = {_NULL}",
    "CASE WHEN d.latitude IS NOT NULL THEN jsonb_build_array(d.latitude, d.longitude) END",
)
_SINCE = f"CAST({_TEXT} AS timestamptz)"
_TRASHED = _timed(
    joins=_IMAGE,
    present=f"coalesce({moment('i.trashed_at')}, {_NO})",
    write=(
        f"UPDATE image SET trashed_at = CASE WHEN c.after <> {_NO} THEN {_SINCE} END"
        " FROM changed c WHERE image.id = c.image_id",
    ),
)
_ALBUM = _timed(
    joins=f"{_IMAGE} {_found('m', 'album_image', 't.image_id = w.image_id AND t.album_id = w.key')}",
    present=f"coalesce({moment('m.added_at')}, {_NO})",
    write=(
        "INSERT INTO album_image (album_id, image_id, added_at)"
        f" SELECT c.key, c.image_id, {_SINCE} FROM changed c WHERE c.after <> {_NO}"
        " ON CONFLICT (album_id, image_id) DO UPDATE SET added_at = excluded.added_at",
        _without("album_image", "t.image_id = c.image_id AND t.album_id = c.key"),
    ),
)
_ALBUM_NAME = Access(
    joins=_found("a", "album", "t.id = w.key"),
    present=f"coalesce(to_jsonb(a.name), {_NULL})",
    write=(f"UPDATE album SET name = {_TEXT} FROM changed c WHERE album.id = c.key",),
    # A name that another album has taken since cannot come back; undoing takes no album away that was filled since.
    exists="a.id IS NOT NULL AND NOT EXISTS (SELECT FROM album o WHERE o.catalog_id = a.catalog_id AND o.id <> a.id"
    f" AND o.name = (w.after #>> '{{}}')) AND (w.expected IS NULL OR w.after <> {_NULL}"
    " OR NOT EXISTS (SELECT FROM album_image m WHERE m.album_id = a.id))",
)
_DISTINCT = Access(
    joins=f"{_IMAGE} {_found('m', 'distinct_member', 't.image_id = w.image_id AND t.set_id = w.key')}",
    present="to_jsonb(m.image_id IS NOT NULL)",
    write=(
        "INSERT INTO distinct_member (set_id, image_id, content) SELECT c.key, c.image_id,"
        " (SELECT f.content FROM file f WHERE f.image_id = c.image_id AND f.role = 'original'"
        "  ORDER BY f.missing_since IS NOT NULL, f.path LIMIT 1)"
        f" FROM changed c WHERE c.after <> {_NO} ON CONFLICT DO NOTHING",
        _without("distinct_member", "t.image_id = c.image_id AND t.set_id = c.key"),
    ),
)
_KEEPER = _timed(
    joins=f"{_IMAGE} {_found('k', 'keeper_choice', 't.image_id = w.image_id')}",
    present=f"coalesce({moment('k.chosen_at')}, {_NO})",
    write=(
        "INSERT INTO keeper_choice (image_id, chosen_at)"
        f" SELECT c.image_id, {_SINCE} FROM changed c WHERE c.after <> {_NO}"
        " ON CONFLICT (image_id) DO UPDATE SET chosen_at = excluded.chosen_at",
        _without("keeper_choice", "t.image_id = c.image_id"),
    ),
)
_SAID = f"jsonb_build_object('yes', v.yes, 'at', {moment('v.decided_at')})"
# A word that was said before counts from now on where another one has contradicted it since.
_AGAIN = (
    "EXISTS (SELECT FROM verdict o WHERE o.image_id = v.image_id AND o.yes <> v.yes AND o.decided_at >= v.decided_at)"
)
_VERDICT = Access(
    joins=f"{_IMAGE} {_found('v', 'verdict', 't.image_id = w.image_id AND t.node_id = w.key')}"
    f" {_found('n', 'taxonomy_node', 't.id = w.key')}",
    present=f"CASE WHEN v.image_id IS NULL THEN {_NULL} ELSE {_SAID} END",
    write=(
        "INSERT INTO verdict (image_id, node_id, yes, decided_at) SELECT c.image_id, c.key,"
        " CAST(c.after ->> 'yes' AS boolean), CAST(c.after ->> 'at' AS timestamptz)"
        f" FROM changed c WHERE c.after <> {_NULL}"
        " ON CONFLICT (image_id, node_id) DO UPDATE SET yes = excluded.yes, decided_at = excluded.decided_at",
        _without("verdict", "t.image_id = c.image_id AND t.node_id = c.key", _NULL),
    ),
    exists="i.id IS NOT NULL AND n.id IS NOT NULL",
    after="CASE WHEN jsonb_typeof(w.after) <> 'boolean' THEN w.after"
    f" WHEN to_jsonb(v.yes) = w.after AND NOT {_AGAIN} THEN {_SAID}"
    f" ELSE jsonb_build_object('yes', w.after, 'at', {moment('statement_timestamp()')}) END",
)
_NODE = Access(
    joins=_found("n", "taxonomy_node", "t.id = w.key"),
    present="coalesce(jsonb_build_object('parent', n.parent_id, 'name', n.name, 'kind', n.kind,"
    " 'threshold', n.threshold, 'removed', n.removed, 'merged_into', n.merged_into, 'names', coalesce(("
    "SELECT jsonb_agg(jsonb_build_array(o.language, o.name) ORDER BY o.language, o.name)"
    f" FROM taxonomy_name o WHERE o.node_id = n.id), CAST('[]' AS jsonb))), {_NULL})",
    write=(
        "UPDATE taxonomy_node SET parent_id = CAST(c.after ->> 'parent' AS bigint), name = c.after ->> 'name',"
        " kind = c.after ->> 'kind', threshold = CAST(c.after ->> 'threshold' AS real),"
        " removed = CAST(c.after ->> 'removed' AS boolean), merged_into = CAST(c.after ->> 'merged_into' AS bigint)"
        " FROM changed c WHERE taxonomy_node.id = c.key",
        "INSERT INTO taxonomy_name (node_id, language, name) SELECT c.key, o ->> 0, o ->> 1"
        " FROM changed c CROSS JOIN LATERAL jsonb_array_elements(c.after -> 'names') o ON CONFLICT DO NOTHING",
        "DELETE FROM taxonomy_name o USING changed c WHERE o.node_id = c.key"
        " AND NOT EXISTS (SELECT FROM jsonb_array_elements(c.after -> 'names') p"
        " WHERE p = jsonb_build_array(o.language, o.name))",
    ),
    exists="n.id IS NOT NULL",
)
_LEARNT = "kind IN ('prototype', 'probe')"
_HEAD = Access(
    joins=_found("h", "head", f"t.node_id = w.key AND t.applied AND t.{_LEARNT}"),
    present=f"coalesce(to_jsonb(h.revision), {_NULL})",
    write=(
        f"UPDATE head SET applied = revision IS NOT DISTINCT FROM CAST({_TEXT} AS integer),"
        f" proposed = proposed AND revision IS DISTINCT FROM CAST({_TEXT} AS integer)"
        f" FROM changed c WHERE head.node_id = c.key AND head.{_LEARNT}",
    ),
    exists=f"w.after = {_NULL} OR EXISTS (SELECT FROM head a WHERE a.node_id = w.key AND a.{_LEARNT}"
    " AND to_jsonb(a.revision) = w.after)",
)
_FILE = Access(
    joins=_found("f", "file", "t.id = w.key AND t.image_id = w.image_id"),
    present=f"coalesce(to_jsonb(f.trash_path), {_NULL})",
    write=(f"UPDATE file SET trash_path = {_TEXT} FROM changed c WHERE file.id = c.key",),
    exists="f.id IS NOT NULL",
)

FIELDS: Mapping[Field, Access] = {
    Field.RATING: _curation("rating", "smallint", "0"),
    Field.FLAG: _curation("flag", "text", "null"),
    Field.LABEL: _curation("label", "text", "null"),
    Field.FAVOURITE: _curation("favourite", "boolean", "false"),
    Field.TITLE: _text("title"),
    Field.CAPTION: _text("caption"),
    Field.KEYWORDS: _KEYWORDS,
    Field.LOCATION: _LOCATION,
    Field.ARCHIVED: _switch("archived"),
    Field.HIDDEN: _switch("hidden"),
    Field.TRASHED: _TRASHED,
    Field.ALBUM: _ALBUM,
    Field.ALBUM_NAME: _ALBUM_NAME,
    Field.DISTINCT: _DISTINCT,
    Field.KEEPER: _KEEPER,
    Field.VERDICT: _VERDICT,
    Field.NODE: _NODE,
    Field.HEAD: _HEAD,
    Field.FILE: _FILE,
}
"""Every field that the journal knows, in no particular order: none depends on another."""
