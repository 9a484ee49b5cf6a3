-- Curation with one journal; duplicates, bursts, quality, and what was decided about them. Names: docs/architecture.md.

-- Where an image stands. `shown` is what the views' indexes go by: neither missing nor put away.
ALTER TABLE image
    ADD COLUMN archived boolean NOT NULL DEFAULT false,
    ADD COLUMN hidden boolean NOT NULL DEFAULT false,       -- another image (its keeper) stands for it
    ADD COLUMN trashed_at timestamptz,
    ADD COLUMN shown boolean GENERATED ALWAYS AS
        (missing_since IS NULL AND trashed_at IS NULL AND NOT hidden AND NOT archived) STORED;
CREATE INDEX image_put_away ON image (catalog_id, id) WHERE archived OR hidden OR trashed_at IS NOT NULL;

-- A file that was taken out of the vault lies under LUMINA_HOME/trash, at this path.
ALTER TABLE file
    ADD COLUMN trash_path text,
    ADD COLUMN trash_checksum bytea;    -- BLAKE3 of what was put there
CREATE INDEX file_trashed ON file (image_id) WHERE trash_path IS NOT NULL;

-- What people decide about an image. Files (metadata, sidecars) give the first values; `base` keeps, per field, the
-- file's value that was last taken over, for a three-way merge. No row: nothing was ever said.
CREATE TABLE curation (
    image_id bigint PRIMARY KEY REFERENCES image ON DELETE CASCADE,
    rating smallint NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5),
    flag text CHECK (flag IN ('pick', 'reject')),
    label text CHECK (label IN ('red', 'yellow', 'green', 'blue', 'purple')),
    favourite boolean NOT NULL DEFAULT false,
    -- added by a person, or merged in from a copy; what the files say stands in `metadata`
    title text,
    caption text,
    keywords text[] NOT NULL DEFAULT '{}',
    latitude double precision,
    longitude double precision,
    base jsonb NOT NULL DEFAULT '{}'
);
-- What is known already of catalogs that were made before; later the metadata stage sees to it (lumina.domain.firsts).
INSERT INTO curation (image_id, rating, flag, label, base)
SELECT image_id, rating, flag, label, jsonb_strip_nulls(jsonb_build_object(
        'rating', nullif(rating, 0), 'flag', flag, 'label', label))
FROM (
    SELECT image_id, greatest(coalesce(rating, 0), 0) AS rating, CASE WHEN rating < 0 THEN 'reject' END AS flag,
        CASE WHEN lower(label) IN ('red', 'yellow', 'green', 'blue', 'purple') THEN lower(label) END AS label
    FROM metadata) said
WHERE rating > 0 OR flag IS NOT NULL OR label IS NOT NULL;
CREATE INDEX curation_rating ON curation (rating, image_id) WHERE rating > 0;
CREATE INDEX curation_flag ON curation (flag, image_id) WHERE flag IS NOT NULL;
CREATE INDEX curation_label ON curation (label, image_id) WHERE label IS NOT NULL;
CREATE INDEX curation_favourite ON curation (image_id) WHERE favourite;

CREATE TABLE album (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    catalog_id uuid NOT NULL REFERENCES catalog ON DELETE CASCADE,
    name text,                          -- NULL: removed, but for undo
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX album_name ON album (catalog_id, name) WHERE name IS NOT NULL;
CREATE TABLE album_image (
    album_id bigint NOT NULL REFERENCES album ON DELETE CASCADE,
    image_id bigint NOT NULL REFERENCES image ON DELETE CASCADE,
    added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (album_id, image_id)
);
CREATE INDEX album_image_image ON album_image (image_id);

-- One thing that somebody did, and every change of a field that it made: what undo undoes, newest first.
CREATE TABLE action (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    catalog_id uuid REFERENCES catalog ON DELETE CASCADE,
    kind text NOT NULL,                 -- curate, album, keep-burst, resolve-duplicates, distinct, keeper, ...
    title text NOT NULL,                -- a sentence for people: "Rated 3 images 4 stars"
    actor text NOT NULL DEFAULT 'person' CHECK (actor IN ('person', 'policy')),
    state text NOT NULL DEFAULT 'done' CHECK (state IN ('doing', 'done', 'undoing', 'undone')),
    images integer NOT NULL DEFAULT 0,
    parameters jsonb NOT NULL DEFAULT '{}',
    job_id uuid,                        -- while files have to be moved
    created_at timestamptz NOT NULL DEFAULT now(),
    undone_at timestamptz
);
CREATE INDEX action_catalog ON action (catalog_id, id DESC);
CREATE INDEX action_undone ON action (catalog_id, undone_at DESC) WHERE undone_at IS NOT NULL;
CREATE TABLE journal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action_id bigint NOT NULL REFERENCES action ON DELETE CASCADE,
    image_id bigint,                    -- NULL where the field is not an image's
    field text NOT NULL,                -- rating, flag, ..., album, album-name, distinct, keeper, file
    key bigint NOT NULL DEFAULT 0,      -- of an album, a set, a file
    before jsonb NOT NULL,
    after jsonb NOT NULL
);
CREATE INDEX journal_action ON journal (action_id, id);
CREATE INDEX journal_image ON journal (image_id, id);

-- Features for telling copies apart. `written` says which snapshot a row is in, so that what is new since a run is a
-- query. Hashes in bytea: unsigned, 8 bytes each, big-endian.
ALTER TABLE fingerprint
    ADD COLUMN signature bytea NOT NULL DEFAULT '',         -- lumina.vision.signature
    ADD COLUMN probes bytea NOT NULL DEFAULT '',            -- hashes of crops
    ADD COLUMN turns bytea NOT NULL DEFAULT '',             -- hashes of the 7 other orientations
    ADD COLUMN written xid8 NOT NULL DEFAULT pg_current_xact_id(),
    -- What pictures are compared by, in one number: those with the same need comparing only once, and what came of it
    -- holds for as long as the number does.
    ADD COLUMN face bigint GENERATED ALWAYS AS
        (('x' || encode(substr(sha256(int8send(dhash) || int8send(phash) || signature || probes || turns), 1, 8), 'hex'))
            ::bit(64)::bigint) STORED;
-- Of the pixels at full size, for images that have been candidates of tier `pixels`.
CREATE TABLE pixel_hash (
    image_id bigint PRIMARY KEY REFERENCES image ON DELETE CASCADE,
    render_key bytea NOT NULL,          -- of the picture that was hashed
    hash bytea                          -- BLAKE3 of the upright pixels; NULL: could not be decoded
);

ALTER TABLE measure
    ADD COLUMN detail real,             -- true resolution / nominal, linear, 0-1
    ADD COLUMN compression real,        -- worst JPEG quality in the picture's history, 0-100
    ADD COLUMN data_size bigint,        -- bytes of image data without metadata
    ADD COLUMN score real,              -- 0-100, of which at most
    ADD COLUMN format_score real,       -- 40
    ADD COLUMN resolution_score real,   -- 30
    ADD COLUMN size_score real,         -- 20
    ADD COLUMN sharpness_score real;    -- 10

-- Settings of a catalog for finding and resolving copies: lumina.domain.duplicates.DuplicateSettings.
ALTER TABLE catalog ADD COLUMN duplicates jsonb NOT NULL DEFAULT '{}';

-- Sets that are built aside and published in one step.
CREATE TABLE run (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    catalog_id uuid NOT NULL REFERENCES catalog ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('duplicates', 'bursts')),
    job_id uuid,
    parameters jsonb NOT NULL DEFAULT '{}',
    seen pg_snapshot NOT NULL DEFAULT pg_current_snapshot(),    -- fingerprints visible in it are taken account of
    counts jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz
);
CREATE INDEX run_job ON run (job_id);
CREATE TABLE published (
    catalog_id uuid NOT NULL REFERENCES catalog ON DELETE CASCADE,
    kind text NOT NULL,
    run_id bigint NOT NULL UNIQUE REFERENCES run ON DELETE CASCADE,
    PRIMARY KEY (catalog_id, kind)
);

-- Pairs of faces that were compared and are copies.
CREATE TABLE duplicate_edge (
    run_id bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    a bigint NOT NULL,                  -- fingerprint.face
    b bigint NOT NULL,                  -- a < b
    tier smallint NOT NULL,             -- lumina.domain.duplicates.Tier; pixels: they may be the same at full size
    distance smallint NOT NULL,         -- of dhash, bits
    phash_distance smallint NOT NULL,
    similarity real NOT NULL,           -- 0-1
    relation smallint NOT NULL,         -- lumina.domain.duplicates.Relation
    PRIMARY KEY (run_id, a, b)
);
CREATE TABLE duplicate_group (
    run_id bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    id bigint NOT NULL,                 -- 52 bits of BLAKE3 of its members' ids: the same members, the same id
    keeper_id bigint NOT NULL,
    tier smallint NOT NULL,             -- the weakest of its members'
    images integer NOT NULL,
    gain bigint NOT NULL,               -- bytes of all files but the keeper's
    similarity real NOT NULL,           -- the lowest
    margin real NOT NULL,               -- quality points between the keeper and the next
    decided boolean NOT NULL,           -- false: too close to call, left for a person
    reasons jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (run_id, id)
);
CREATE INDEX duplicate_group_gain ON duplicate_group (run_id, gain DESC, id);
CREATE TABLE duplicate_member (
    run_id bigint NOT NULL,
    group_id bigint NOT NULL,
    image_id bigint NOT NULL REFERENCES image ON DELETE CASCADE,
    position integer NOT NULL,          -- the keeper has 0; who is to be kept where the keeper is gone
    face bigint,                        -- in duplicate_edge; NULL: only its bytes and pixels were compared
    identity bigint NOT NULL,           -- the same for images with the same bytes or pixels
    size bigint NOT NULL,               -- bytes of all its files
    tier smallint NOT NULL,             -- what it has in common with the keeper
    distance smallint,
    similarity real,
    relation smallint NOT NULL,
    score real,
    reasons jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (run_id, group_id, image_id),
    FOREIGN KEY (run_id, group_id) REFERENCES duplicate_group ON DELETE CASCADE
);
CREATE INDEX duplicate_member_image ON duplicate_member (image_id);

-- "These are no copies of each other": any two of one set. Known by id, and by content where the ids are gone.
CREATE TABLE distinct_member (
    set_id bigint NOT NULL,
    image_id bigint NOT NULL,           -- stays when the image goes: what comes back as another is known by its content
    content bytea,
    PRIMARY KEY (set_id, image_id)
);
CREATE INDEX distinct_member_content ON distinct_member (content);
CREATE INDEX distinct_member_image ON distinct_member (image_id);
CREATE SEQUENCE distinct_set;
-- Images that a person chose as keeper.
CREATE TABLE keeper_choice (
    image_id bigint PRIMARY KEY REFERENCES image ON DELETE CASCADE,
    chosen_at timestamptz NOT NULL DEFAULT now()
);

-- Members that leave (or come back), one row each, and how far that is.
CREATE TABLE resolution (
    action_id bigint NOT NULL REFERENCES action ON DELETE CASCADE,
    image_id bigint NOT NULL REFERENCES image ON DELETE CASCADE,
    keeper_id bigint NOT NULL,
    operation text NOT NULL CHECK (operation IN ('hide', 'trash')),
    tier smallint NOT NULL,             -- bytes: their checksums must still be equal
    revision integer NOT NULL,          -- of both images when it was decided: what has changed since is left alone
    keeper_revision integer NOT NULL,
    -- moved: the copies in the trash and the rows are complete, the files may still lie in the vault as well
    state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'moved', 'done', 'refused', 'undone')),
    reason text,
    PRIMARY KEY (action_id, image_id)
);
CREATE INDEX resolution_image ON resolution (image_id);

CREATE TABLE burst (
    run_id bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    id bigint NOT NULL,                 -- as in duplicate_group
    kind text NOT NULL CHECK (kind IN ('burst', 'bracket', 'panorama', 'hdr', 'timelapse')),
    best_id bigint NOT NULL,
    images integer NOT NULL,
    started_at timestamp NOT NULL,
    seconds real NOT NULL,
    camera text,
    reasons jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (run_id, id)
);
CREATE INDEX burst_started ON burst (run_id, started_at DESC, id);
CREATE TABLE burst_member (
    run_id bigint NOT NULL,
    burst_id bigint NOT NULL,
    image_id bigint NOT NULL REFERENCES image ON DELETE CASCADE,
    position integer NOT NULL,
    score real NOT NULL,                -- within the burst, 0-100
    reasons jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (run_id, burst_id, image_id),
    FOREIGN KEY (run_id, burst_id) REFERENCES burst ON DELETE CASCADE
);
CREATE INDEX burst_member_image ON burst_member (image_id);

ALTER TABLE batch DROP CONSTRAINT batch_kind_check;
ALTER TABLE batch ADD CONSTRAINT batch_kind_check
    CHECK (kind IN ('scan', 'plan', 'work', 'finalise', 'match', 'pixels', 'sequence', 'resolve'));

-- The timeline counts what is shown.
DROP INDEX image_timeline;
DROP INDEX image_undated;
CREATE INDEX image_timeline ON image (catalog_id, taken_at DESC, id DESC) WHERE shown;
CREATE INDEX image_undated ON image (catalog_id, id DESC) WHERE shown AND taken_at IS NULL;
CREATE INDEX image_present ON image (catalog_id, id) WHERE missing_since IS NULL;
-- Counts the marked days again. One statement, so that the marks it takes away and the images it counts belong to one
-- snapshot; one caller at a time (the lock lasts to the end of the transaction). Its plan is kept by sessions that may
-- have seen the tables empty, so it is told to use the indexes.
CREATE OR REPLACE FUNCTION timeline_fold() RETURNS void LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
DECLARE
    touched uuid[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('lumina.timeline'));
    WITH marks AS (
        DELETE FROM timeline_mark RETURNING catalog_id, day, block
    ), days AS (
        SELECT DISTINCT catalog_id, day, block FROM marks
    ), fresh AS (
        SELECT d.catalog_id, d.day, d.block, c.*
        FROM days d CROSS JOIN LATERAL (
            -- From each part's newest image a hop of 2,000 along the index finds the next part's: nine times as fast
            -- as numbering the rows.
            WITH RECURSIVE head AS (
                (SELECT i.taken_at, i.id FROM image i
                 WHERE i.catalog_id = d.catalog_id AND i.shown
                   AND i.taken_at >= d.day AND i.taken_at < d.day + 1
                 ORDER BY i.taken_at DESC, i.id DESC LIMIT 1)
                UNION ALL
                SELECT n.* FROM head h CROSS JOIN LATERAL (
                    SELECT i.taken_at, i.id FROM image i
                    WHERE i.catalog_id = d.catalog_id AND i.shown
                      AND i.taken_at >= d.day AND (i.taken_at, i.id) < (h.taken_at, h.id)
                    ORDER BY i.taken_at DESC, i.id DESC OFFSET 1999 LIMIT 1) n
            ), part AS (
                SELECT h.*, row_number() OVER (ORDER BY h.taken_at, h.id) AS from_end,
                    (SELECT i.taken_at FROM image i
                     WHERE i.catalog_id = d.catalog_id AND i.shown
                       AND (i.taken_at, i.id) > (h.taken_at, h.id)
                     ORDER BY i.taken_at, i.id LIMIT 1) AS tail_before
                FROM head h
            )
            SELECT coalesce(sum(CASE WHEN from_end > 1 THEN 2000 ELSE (
                        SELECT count(*) FROM image i
                        WHERE i.catalog_id = d.catalog_id AND i.shown
                          AND i.taken_at >= d.day AND (i.taken_at, i.id) <= (part.taken_at, part.id)) END), 0) AS images,
                (SELECT min(i.taken_at) FROM image i
                 WHERE i.catalog_id = d.catalog_id AND i.shown
                   AND i.taken_at >= d.day AND i.taken_at < d.day + 1) AS first,
                max(taken_at) AS last,
                array_agg(taken_at ORDER BY from_end DESC) AS head_at,
                array_agg(id ORDER BY from_end DESC) AS head_id,
                (array_agg(tail_before ORDER BY from_end DESC))[2:] AS tail_at
            FROM part
        ) c
        WHERE d.day IS NOT NULL
        UNION ALL
        SELECT d.catalog_id, NULL, d.block, c.images, NULL, NULL, NULL, NULL, NULL
        FROM days d CROSS JOIN LATERAL (
            SELECT count(*) AS images FROM image i
            WHERE i.catalog_id = d.catalog_id AND i.shown AND i.taken_at IS NULL
              AND i.id >= d.block * 2000 AND i.id < (d.block + 1) * 2000
        ) c
        WHERE d.day IS NULL
    ), emptied AS (
        DELETE FROM timeline_day t USING fresh f
        WHERE f.images = 0 AND t.catalog_id = f.catalog_id
          AND t.day IS NOT DISTINCT FROM f.day AND t.block IS NOT DISTINCT FROM f.block
    ), written AS (
        INSERT INTO timeline_day AS t (catalog_id, day, block, images, first, last, head_at, head_id, tail_at)
        SELECT catalog_id, day, block, images, first, last,
               CASE WHEN images > 2000 THEN head_at END, CASE WHEN images > 2000 THEN head_id END,
               CASE WHEN images > 2000 THEN tail_at || first END
        FROM fresh WHERE images > 0
        ON CONFLICT (catalog_id, day, block) DO UPDATE SET
            images = excluded.images, first = excluded.first, last = excluded.last,
            head_at = excluded.head_at, head_id = excluded.head_id, tail_at = excluded.tail_at, version = DEFAULT
    )
    SELECT array_agg(DISTINCT catalog_id) INTO touched FROM days;
    INSERT INTO timeline AS t (catalog_id, version, images)
    SELECT c.id, 1, (SELECT coalesce(sum(d.images), 0) FROM timeline_day d WHERE d.catalog_id = c.id)
    FROM unnest(touched) AS c (id)
    ON CONFLICT (catalog_id) DO UPDATE SET version = t.version + 1, images = excluded.images;
END $$;

CREATE OR REPLACE FUNCTION timeline_marks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    due boolean;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        TRUNCATE timeline, timeline_day, timeline_mark;
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        WITH marks AS (
            INSERT INTO timeline_mark (catalog_id, day, block)
            SELECT DISTINCT catalog_id, taken_at::date, CASE WHEN taken_at IS NULL THEN id / 2000 END
            FROM added WHERE shown RETURNING id
        ) SELECT bool_or(mod(id, 2048) = 0) INTO due FROM marks;
    ELSIF TG_OP = 'DELETE' THEN
        WITH marks AS (
            INSERT INTO timeline_mark (catalog_id, day, block)
            SELECT DISTINCT catalog_id, taken_at::date, CASE WHEN taken_at IS NULL THEN id / 2000 END
            FROM removed WHERE shown RETURNING id
        ) SELECT bool_or(mod(id, 2048) = 0) INTO due FROM marks;
    ELSE
        WITH changes AS (               -- rows that are the same before and after cancel out
            SELECT id, catalog_id, taken_at FROM (
                SELECT id, catalog_id, taken_at, 1 AS n FROM added WHERE shown
                UNION ALL
                SELECT id, catalog_id, taken_at, -1 FROM removed WHERE shown
            ) both_sides GROUP BY id, catalog_id, taken_at HAVING sum(n) <> 0
        ), marks AS (
            INSERT INTO timeline_mark (catalog_id, day, block)
            SELECT DISTINCT catalog_id, taken_at::date, CASE WHEN taken_at IS NULL THEN id / 2000 END
            FROM changes RETURNING id
        ) SELECT bool_or(mod(id, 2048) = 0) INTO due FROM marks;
    END IF;
    -- While nobody looks, the marks are still folded now and then, by a writer that need not wait for it.
    IF due AND pg_try_advisory_xact_lock(hashtext('lumina.timeline')) THEN
        PERFORM timeline_fold();
    END IF;
    RETURN NULL;
END $$;
