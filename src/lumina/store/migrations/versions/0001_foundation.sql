-- The catalog, its files and the ledger. Names: docs/architecture.md.

CREATE EXTENSION IF NOT EXISTS vector;
CREATE EXTENSION IF NOT EXISTS ltree;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE catalog (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL UNIQUE,
    destination_path text,
    import_mode text NOT NULL DEFAULT 'copy' CHECK (import_mode IN ('copy', 'move')),
    source_metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);

-- A folder (later: a marketplace query). Files are stored as (source, relative path).
CREATE TABLE source (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    catalog_id uuid NOT NULL REFERENCES catalog ON DELETE CASCADE,
    kind text NOT NULL DEFAULT 'folder',
    path text NOT NULL,
    ignore_patterns text[] NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'online' CHECK (state IN ('online', 'offline')),
    state_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    scanned_at timestamptz,
    scan_counts jsonb NOT NULL DEFAULT '{}',
    UNIQUE (catalog_id, path)
);

-- Where another node sees a source. The server's own view is source.path.
CREATE TABLE mount (
    source_id bigint NOT NULL REFERENCES source ON DELETE CASCADE,
    node text NOT NULL,
    path text NOT NULL,
    PRIMARY KEY (source_id, node)
);

-- One moment. The columns that a timeline needs stand here; the rest of what is known has tables of its own.
CREATE TABLE image (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    catalog_id uuid NOT NULL REFERENCES catalog ON DELETE CASCADE,
    source_id bigint NOT NULL REFERENCES source ON DELETE CASCADE,
    kind text NOT NULL DEFAULT 'photo' CHECK (kind IN ('photo', 'video')),
    folder text NOT NULL,               -- relative to the source, '' at its top
    stem text NOT NULL,
    grouping text NOT NULL DEFAULT 'auto' CHECK (grouping IN ('auto', 'apart')),  -- 'apart': a person ungrouped it
    taken_at timestamp,                 -- wall clock at the place; NULL = undated shelf
    utc_offset smallint,                -- minutes
    width integer,                      -- upright
    height integer,
    placeholder bytea,                  -- thumbhash
    render_key bytea,                   -- 16 bytes
    thumbnail_key bytea,                -- 16 bytes, NULL while there is none
    revision integer NOT NULL DEFAULT 0,  -- raised whenever one of its files changes; results of an older one are dropped
    missing_since timestamptz,          -- all its files are gone; nothing is removed
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX image_timeline ON image (catalog_id, taken_at DESC, id DESC) WHERE missing_since IS NULL;
CREATE INDEX image_undated ON image (catalog_id, id DESC) WHERE missing_since IS NULL AND taken_at IS NULL;
CREATE INDEX image_folder ON image (source_id, folder, stem);
CREATE INDEX image_missing ON image (catalog_id) WHERE missing_since IS NOT NULL;

CREATE TABLE file (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    image_id bigint NOT NULL REFERENCES image ON DELETE CASCADE,
    source_id bigint NOT NULL REFERENCES source ON DELETE CASCADE,
    path text COLLATE "C" NOT NULL,     -- relative; undecodable bytes escaped, lumina.files.names
    role text NOT NULL CHECK (role IN ('original', 'derived', 'sidecar', 'live')),
    format text NOT NULL,
    size bigint NOT NULL,
    modified_ns bigint NOT NULL,
    device bigint NOT NULL DEFAULT 0,
    inode numeric(20) NOT NULL DEFAULT 0,
    checksum bytea,                     -- BLAKE3 of the bytes, 32
    content bytea,                      -- BLAKE3 of the image data without metadata, 32
    missing_since timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
-- Another file may take the place of a missing one; the missing one is still known by where it was.
CREATE UNIQUE INDEX file_path ON file (source_id, path) WHERE missing_since IS NULL;
CREATE INDEX file_missing ON file (source_id, path) WHERE missing_since IS NOT NULL;
CREATE INDEX file_identity ON file (size, inode);
CREATE INDEX file_image ON file (image_id);
CREATE INDEX file_checksum ON file (checksum);
CREATE INDEX file_content ON file (content);

CREATE TABLE metadata (
    image_id bigint PRIMARY KEY REFERENCES image ON DELETE CASCADE,
    orientation smallint NOT NULL DEFAULT 1,
    camera_make text,
    camera_model text,
    camera text GENERATED ALWAYS AS (   -- what people call it: "NIKON D70", not "NIKON CORPORATION NIKON D70"
        CASE WHEN camera_make IS NULL
                  OR starts_with(lower(camera_model), lower(split_part(camera_make, ' ', 1))) THEN camera_model
             WHEN camera_model IS NULL THEN camera_make
             ELSE camera_make || ' ' || camera_model END) STORED,
    camera_serial text,
    lens_model text,
    exposure_time double precision,
    f_number real,
    iso integer,
    exposure_bias real,
    flash smallint,
    focal_length real,
    focal_length_35mm real,
    latitude double precision,
    longitude double precision,
    altitude real,
    geohash text COLLATE "C",
    software text,
    title text,
    caption text,
    rating smallint,
    label text,
    keywords text[] NOT NULL DEFAULT '{}',
    duration real,
    raw jsonb NOT NULL DEFAULT '{}',
    provenance jsonb NOT NULL DEFAULT '{}',
    notes text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX metadata_camera ON metadata (camera, image_id);
CREATE INDEX metadata_geohash ON metadata (geohash) WHERE geohash IS NOT NULL;

CREATE TABLE rendition (
    image_id bigint NOT NULL REFERENCES image ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('proxy', 'thumbnail')),
    key bytea NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    size integer NOT NULL,
    PRIMARY KEY (image_id, kind)
);
CREATE INDEX rendition_key ON rendition (key);

-- Hashes are unsigned 64-bit numbers stored in two's complement.
CREATE TABLE fingerprint (
    image_id bigint PRIMARY KEY REFERENCES image ON DELETE CASCADE,
    dhash bigint NOT NULL,
    ahash bigint NOT NULL,
    whash bigint NOT NULL,
    phash bigint NOT NULL,
    flat boolean NOT NULL
);

CREATE TABLE measure (
    image_id bigint PRIMARY KEY REFERENCES image ON DELETE CASCADE,
    sharpness real NOT NULL,
    brightness real NOT NULL,
    contrast real NOT NULL,
    clipped_dark real NOT NULL,
    clipped_bright real NOT NULL
);

-- The ledger. What is due is derived: no row, an older version, or stale.
CREATE TABLE stage (
    id smallint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    version smallint NOT NULL
);
-- Without foreign keys: checking two of them for every row costs as much as all the rest of the ledger. The runner
-- locks the images whose states it writes, and the trigger below does what ON DELETE CASCADE would.
CREATE TABLE stage_state (
    image_id bigint NOT NULL,
    stage_id smallint NOT NULL,
    version smallint NOT NULL,
    status smallint NOT NULL,           -- 1 done, 2 failed, 3 stale, 4 deferred
    attempts smallint NOT NULL DEFAULT 1,
    basis bytea,                        -- what it was computed from: render_key of a done picture stage
    code text,                          -- of a failure
    note text,                          -- a failure's reason, or a remark on a result
    PRIMARY KEY (image_id, stage_id)
) WITH (fillfactor = 90);
CREATE INDEX stage_state_failed ON stage_state (stage_id, code, image_id) WHERE status = 2;
CREATE INDEX stage_state_stale ON stage_state (stage_id, image_id) WHERE status = 3;

CREATE FUNCTION drop_states() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM stage_state WHERE image_id IN (SELECT id FROM removed);
    RETURN NULL;
END $$;
CREATE TRIGGER image_states_removed AFTER DELETE ON image REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION drop_states();
CREATE FUNCTION drop_all_states() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE stage_state;
    RETURN NULL;
END $$;
CREATE TRIGGER image_states_truncated AFTER TRUNCATE ON image
    FOR EACH STATEMENT EXECUTE FUNCTION drop_all_states();

CREATE TABLE job (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind text NOT NULL,
    catalog_id uuid REFERENCES catalog ON DELETE CASCADE,
    parameters jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'STARTED', 'SUCCESS', 'FAILURE', 'CANCELLED')),
    priority smallint NOT NULL DEFAULT 10,
    exclusive_key text,                 -- two running jobs may not share one
    total bigint NOT NULL DEFAULT 0,    -- images
    done bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    pending integer NOT NULL DEFAULT 0, -- batches not yet ended
    paused boolean NOT NULL DEFAULT false,
    cancel_requested boolean NOT NULL DEFAULT false,
    result jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    finalised integer NOT NULL DEFAULT 0  -- how often the finaliser took effect: 0 or 1
);
CREATE UNIQUE INDEX job_exclusive ON job (exclusive_key) WHERE state IN ('PENDING', 'STARTED');
CREATE INDEX job_recent ON job (created_at DESC, id DESC);
CREATE INDEX job_open ON job (state) WHERE state IN ('PENDING', 'STARTED');

-- A piece of a job. At most one message per ready batch is on its way (sent_at); it is only a wake-up: a worker takes
-- the best ready batch of its lane. `turn` is the job's virtual time (start-time fair queueing between jobs).
CREATE TABLE batch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id uuid NOT NULL REFERENCES job ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('scan', 'plan', 'work', 'finalise')),
    lane text NOT NULL,
    stages text[] NOT NULL DEFAULT '{}',
    items bigint[] NOT NULL DEFAULT '{}',
    payload jsonb NOT NULL DEFAULT '{}',
    priority smallint NOT NULL DEFAULT 10,
    turn bigint NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'held', 'leased', 'ended')),
    strikes smallint NOT NULL DEFAULT 0,  -- workers that died or threw on it
    lease_token uuid,
    lease_until timestamptz,
    claimed_at timestamptz,
    node text,
    worker text,                        -- pid of the worker / pid of its child
    ready_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    error text,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX batch_ready ON batch (lane, priority DESC, turn, id) WHERE state = 'ready';
CREATE INDEX batch_sent ON batch (lane) WHERE state = 'ready' AND sent_at IS NOT NULL;
CREATE INDEX batch_leased ON batch (lease_until) WHERE state = 'leased';
CREATE INDEX batch_job ON batch (job_id, state);
CREATE INDEX batch_turn ON batch (job_id, turn DESC);
CREATE INDEX batch_claimed ON batch (lane, claimed_at DESC NULLS LAST);
CREATE UNIQUE INDEX batch_one_finaliser ON batch (job_id) WHERE kind = 'finalise';

CREATE TABLE node (
    name text PRIMARY KEY,
    version text NOT NULL,
    schema_revision text NOT NULL,
    lanes text[] NOT NULL,
    slots integer NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now()
);

-- The timeline's days, kept so that a million images need not be counted for every view. Each change of an image marks
-- its days in timeline_mark (appending alone: writers never wait for each other), and whoever reads the timeline first
-- has the marked days counted again. Undated images are counted by blocks of ids instead of by day.
CREATE TABLE timeline_day (
    catalog_id uuid NOT NULL,
    day date,                           -- NULL: undated
    block bigint,                       -- of undated images: id / 2000
    images integer NOT NULL,
    first timestamp,
    last timestamp,
    head_at timestamp[],                -- of a day with more than 2,000: each part's newest image,
    head_id bigint[],
    tail_at timestamp[],                -- and the time of its oldest
    version bigint GENERATED ALWAYS AS IDENTITY,  -- another one after each count
    UNIQUE NULLS NOT DISTINCT (catalog_id, day, block)
);
CREATE TABLE timeline (                 -- per catalog: raised whenever its days have changed
    catalog_id uuid PRIMARY KEY,
    version bigint NOT NULL,
    images bigint NOT NULL
);
CREATE TABLE timeline_mark (
    id bigint GENERATED ALWAYS AS IDENTITY,
    catalog_id uuid NOT NULL,
    day date,
    block bigint
);

-- Counts the marked days again. One statement, so that the marks it takes away and the images it counts belong to one
-- snapshot; one caller at a time (the lock lasts to the end of the transaction). Its plan is kept by sessions that may
-- have seen the tables empty, so it is told to use the indexes.
CREATE FUNCTION timeline_fold() RETURNS void LANGUAGE plpgsql
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
                 WHERE i.catalog_id = d.catalog_id AND i.missing_since IS NULL
                   AND i.taken_at >= d.day AND i.taken_at < d.day + 1
                 ORDER BY i.taken_at DESC, i.id DESC LIMIT 1)
                UNION ALL
                SELECT n.* FROM head h CROSS JOIN LATERAL (
                    SELECT i.taken_at, i.id FROM image i
                    WHERE i.catalog_id = d.catalog_id AND i.missing_since IS NULL
                      AND i.taken_at >= d.day AND (i.taken_at, i.id) < (h.taken_at, h.id)
                    ORDER BY i.taken_at DESC, i.id DESC OFFSET 1999 LIMIT 1) n
            ), part AS (
                SELECT h.*, row_number() OVER (ORDER BY h.taken_at, h.id) AS from_end,
                    (SELECT i.taken_at FROM image i
                     WHERE i.catalog_id = d.catalog_id AND i.missing_since IS NULL
                       AND (i.taken_at, i.id) > (h.taken_at, h.id)
                     ORDER BY i.taken_at, i.id LIMIT 1) AS tail_before
                FROM head h
            )
            SELECT coalesce(sum(CASE WHEN from_end > 1 THEN 2000 ELSE (
                        SELECT count(*) FROM image i
                        WHERE i.catalog_id = d.catalog_id AND i.missing_since IS NULL
                          AND i.taken_at >= d.day AND (i.taken_at, i.id) <= (part.taken_at, part.id)) END), 0) AS images,
                (SELECT min(i.taken_at) FROM image i
                 WHERE i.catalog_id = d.catalog_id AND i.missing_since IS NULL
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
            WHERE i.catalog_id = d.catalog_id AND i.missing_since IS NULL AND i.taken_at IS NULL
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

CREATE FUNCTION timeline_marks() RETURNS trigger LANGUAGE plpgsql AS $$
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
            FROM added WHERE missing_since IS NULL RETURNING id
        ) SELECT bool_or(mod(id, 2048) = 0) INTO due FROM marks;
    ELSIF TG_OP = 'DELETE' THEN
        WITH marks AS (
            INSERT INTO timeline_mark (catalog_id, day, block)
            SELECT DISTINCT catalog_id, taken_at::date, CASE WHEN taken_at IS NULL THEN id / 2000 END
            FROM removed WHERE missing_since IS NULL RETURNING id
        ) SELECT bool_or(mod(id, 2048) = 0) INTO due FROM marks;
    ELSE
        WITH changes AS (               -- rows that are the same before and after cancel out
            SELECT id, catalog_id, taken_at FROM (
                SELECT id, catalog_id, taken_at, 1 AS n FROM added WHERE missing_since IS NULL
                UNION ALL
                SELECT id, catalog_id, taken_at, -1 FROM removed WHERE missing_since IS NULL
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
CREATE TRIGGER image_added AFTER INSERT ON image REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION timeline_marks();
CREATE TRIGGER image_changed AFTER UPDATE ON image REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION timeline_marks();
CREATE TRIGGER image_removed AFTER DELETE ON image REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION timeline_marks();
CREATE TRIGGER image_truncated AFTER TRUNCATE ON image
    FOR EACH STATEMENT EXECUTE FUNCTION timeline_marks();
