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
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (source_id, path)
);
CREATE INDEX file_image ON file (image_id);
CREATE INDEX file_checksum ON file (checksum);
CREATE INDEX file_content ON file (content);
CREATE INDEX file_missing ON file (source_id, size) WHERE missing_since IS NOT NULL;

CREATE TABLE metadata (
    image_id bigint PRIMARY KEY REFERENCES image ON DELETE CASCADE,
    orientation smallint NOT NULL DEFAULT 1,
    camera_make text,
    camera_model text,
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
CREATE INDEX metadata_camera ON metadata (camera_make, camera_model);
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
CREATE TABLE stage_state (
    image_id bigint NOT NULL REFERENCES image ON DELETE CASCADE,
    stage_id smallint NOT NULL REFERENCES stage,
    version smallint NOT NULL,
    status smallint NOT NULL,           -- 1 done, 2 failed, 3 stale
    attempts smallint NOT NULL DEFAULT 1,
    basis bytea,                        -- what it was computed from: render_key of a done picture stage
    code text,                          -- of a failure
    note text,                          -- a failure's reason, or a remark on a result
    PRIMARY KEY (image_id, stage_id)
) WITH (fillfactor = 90);
CREATE INDEX stage_state_failed ON stage_state (stage_id, code, image_id) WHERE status = 2;
CREATE INDEX stage_state_stale ON stage_state (stage_id, image_id) WHERE status = 3;

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

CREATE TABLE batch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id uuid NOT NULL REFERENCES job ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('scan', 'plan', 'work', 'finalise')),
    lane text NOT NULL,
    stages text[] NOT NULL DEFAULT '{}',
    items bigint[] NOT NULL DEFAULT '{}',
    payload jsonb NOT NULL DEFAULT '{}',
    priority smallint NOT NULL DEFAULT 10,
    state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'leased', 'ended')),
    attempts smallint NOT NULL DEFAULT 0,
    lease_token uuid,
    lease_until timestamptz,
    node text,
    worker text,
    ready_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    error text,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX batch_ready ON batch (lane, priority DESC, id) WHERE state = 'ready';
CREATE INDEX batch_leased ON batch (lease_until) WHERE state = 'leased';
CREATE INDEX batch_job ON batch (job_id, state);
CREATE UNIQUE INDEX batch_one_finaliser ON batch (job_id) WHERE kind = 'finalise';

CREATE TABLE node (
    name text PRIMARY KEY,
    version text NOT NULL,
    schema_revision text NOT NULL,
    lanes text[] NOT NULL,
    slots integer NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now()
);
