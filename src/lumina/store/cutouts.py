"""Pictures of products without their background: which there are, and what they were made with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lumina.domain.market import CutOut
from lumina.store import intake
from lumina.store.database import Transaction
from lumina.store.inputs import Input


def save(tx: Transaction, results: Sequence[tuple[Input, CutOut]]) -> None:
    """Cut-outs that have been written, or refused; vectors of another cut-out of the same image are stale then.

    The files of old ones stay: other images may show the same.
    """
    ids, keys = [source.image_id for source, _ in results], [cutout.key for _, cutout in results]
    _make_stale(tx, _changed(tx, ids, keys))
    tx.execute(
        """INSERT INTO cutout (image_id, key, checksum, model, version, width, height, size, share, refused)
        SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:keys AS bytea[]), CAST(:checksums AS bytea[]),
            CAST(:models AS text[]), CAST(:versions AS smallint[]), CAST(:widths AS integer[]),
            CAST(:heights AS integer[]), CAST(:sizes AS integer[]), CAST(:shares AS real[]), CAST(:refused AS text[]))
        ON CONFLICT (image_id) DO UPDATE SET key = excluded.key, checksum = excluded.checksum, model = excluded.model,
            version = excluded.version, width = excluded.width, height = excluded.height, size = excluded.size,
            share = excluded.share, refused = excluded.refused""",
        ids=ids,
        keys=keys,
        checksums=[cutout.checksum for _, cutout in results],
        models=[cutout.model for _, cutout in results],
        versions=[cutout.version for _, cutout in results],
        widths=[cutout.width for _, cutout in results],
        heights=[cutout.height for _, cutout in results],
        sizes=[cutout.size for _, cutout in results],
        shares=[cutout.share for _, cutout in results],
        refused=[cutout.refused for _, cutout in results],
    )


def _changed(tx: Transaction, ids: Sequence[int], keys: Sequence[bytes | None]) -> list[int]:
    """Images that have had another cut-out."""
    return list(
        tx.execute(
            """SELECT o.image_id FROM unnest(CAST(:ids AS bigint[]), CAST(:keys AS bytea[])) AS n (image_id, key)
            JOIN cutout o USING (image_id) WHERE o.key IS DISTINCT FROM n.key""",
            ids=ids,
            keys=keys,
        ).scalars()
    )


def _make_stale(tx: Transaction, ids: Sequence[int]) -> None:
    if ids:
        intake.void_running(tx, ids)  # somebody may be embedding the old one
        tx.execute(
            """UPDATE stage_state s SET status = 3 FROM stage g
            WHERE s.image_id = ANY(:ids) AND g.id = s.stage_id AND g.name LIKE :stages""",
            ids=ids,
            stages="embed:%:cutout",
        )


def keys(tx: Transaction, image_ids: Sequence[int]) -> Mapping[int, bytes]:
    """Names of the cut-outs of these images; those of which there is none are left out."""
    rows = tx.rows(
        "SELECT image_id, key FROM cutout WHERE image_id = ANY(:ids) AND key IS NOT NULL", ids=list(image_ids)
    )
    return {row["image_id"]: row["key"] for row in rows}


def get(tx: Transaction, image_id: int) -> CutOut | None:
    """What is known of an image's cut-out; None where none has been tried."""
    row = tx.row(
        """SELECT key, checksum, model, version, share, width, height, size, refused
        FROM cutout WHERE image_id = :id""",
        id=image_id,
    )
    return None if row is None else CutOut(**row)


def counts(tx: Transaction) -> dict[str, int]:
    """Model -> images that it was used for, with or without success."""
    rows = tx.rows(
        """SELECT model, count(*) AS images FROM cutout JOIN image ON image.id = image_id
        WHERE image.missing_since IS NULL GROUP BY model"""
    )
    return {row["model"]: row["images"] for row in rows}


def renew(tx: Transaction, model: str, version: int, known: Sequence[str]) -> int:
    """Make cut-outs due again that another of the `known` models has made, or another version of this one.

    Cut-outs of models that Lumina does not know came from elsewhere and stay.

    Returns:
        How many.
    """
    return tx.execute(
        """UPDATE stage_state s SET status = 3, basis = NULL FROM cutout c, stage g
        WHERE g.name = 'cutout' AND s.stage_id = g.id AND s.image_id = c.image_id AND s.status = 1
            AND c.model = ANY(CAST(:known AS text[]))
            AND (c.model, c.version) <> (:model, CAST(:version AS smallint))""",
        model=model,
        version=version,
        known=list(known),
    ).rowcount
