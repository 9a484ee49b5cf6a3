-- Marketplaces: a second kind of source. Names: docs/architecture.md and docs/marketplace.md.

-- An image whose file was never there: a marketplace told of it, and the stage `download` will bring it. Until then it
-- counts as missing as well, so that no view shows it; `awaited` tells it from one that was lost.
ALTER TABLE image ADD COLUMN awaited boolean NOT NULL DEFAULT false;
ALTER TABLE image ADD CONSTRAINT image_awaited_is_missing CHECK (NOT awaited OR missing_since IS NOT NULL);
CREATE INDEX image_awaited ON image (source_id) WHERE awaited;

-- A source of kind 'marketplace': its path is the folder that downloads go to.
CREATE TABLE market (
    source_id bigint PRIMARY KEY REFERENCES source ON DELETE CASCADE,
    name text NOT NULL UNIQUE,          -- 'etsy', 'demo'
    address text NOT NULL,              -- of its API
    hosts text[] NOT NULL DEFAULT '{}', -- where images may come from besides public addresses: 'host:port'
    created_at timestamptz NOT NULL DEFAULT now()
);

-- What a person wants to hear of.
CREATE TABLE follow (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id bigint NOT NULL REFERENCES market ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('shop', 'keywords', 'taxonomy')),
    value text NOT NULL,
    title text NOT NULL DEFAULT '',     -- what people call it: a shop's name
    every_minutes integer NOT NULL DEFAULT 360,
    cursor jsonb NOT NULL DEFAULT '{}', -- where an unfinished sync goes on
    synced_at timestamptz,              -- the last whole one
    error text,
    due_at timestamptz NOT NULL DEFAULT now(),  -- when it is synced next: the marketplace may not be asked before
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (source_id, kind, value)
);

-- What it has found; a listing that a later sync does not find any more is asked for by itself.
CREATE TABLE follow_listing (
    follow_id bigint NOT NULL REFERENCES follow ON DELETE CASCADE,
    listing_id bigint NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (follow_id, listing_id)
);

-- What a marketplace's API lets us ask, shared by all processes and remembered across restarts.
CREATE TABLE request_rate (
    source_id bigint PRIMARY KEY REFERENCES market ON DELETE CASCADE,
    state jsonb NOT NULL DEFAULT '{}',  -- lumina.domain.rate.Rate
    changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE shop (
    source_id bigint NOT NULL REFERENCES market ON DELETE CASCADE,
    shop_id bigint NOT NULL,
    name text NOT NULL,
    title text,
    url text,
    currency text,
    location text,
    active_listings integer,
    favourers integer,
    reviews integer,
    review_average real,
    opened_at timestamptz,
    raw jsonb NOT NULL DEFAULT '{}',    -- fields that have no column
    fetched_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    gone_at timestamptz,
    PRIMARY KEY (source_id, shop_id)
);
-- A row only where something changed.
CREATE TABLE shop_state (
    source_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    active_listings integer,
    favourers integer,
    reviews integer,
    review_average real,
    location text,
    PRIMARY KEY (source_id, shop_id, at),
    FOREIGN KEY (source_id, shop_id) REFERENCES shop ON DELETE CASCADE
);

CREATE TABLE listing (
    source_id bigint NOT NULL REFERENCES market ON DELETE CASCADE,
    listing_id bigint NOT NULL,
    shop_id bigint NOT NULL,            -- a listing may be known before its shop is
    title text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    url text,
    tags text[] NOT NULL DEFAULT '{}',
    materials text[] NOT NULL DEFAULT '{}',
    who_made text,
    when_made text,
    taxonomy_id bigint,
    state text NOT NULL,                -- as the marketplace says: 'active', 'sold_out', ...; 'gone': it has vanished
    quantity integer,
    price numeric(18, 4),
    currency text,
    favourers integer,
    views integer,
    created_at timestamptz,
    updated_at timestamptz,
    raw jsonb NOT NULL DEFAULT '{}',
    words text NOT NULL DEFAULT '',     -- title and tags, as text encoders are given them
    document tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('english', words)) STORED,  -- they are found by it
    seen_at timestamptz NOT NULL DEFAULT now(),  -- for the first time
    fetched_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    gone_at timestamptz,
    PRIMARY KEY (source_id, listing_id)
);
CREATE INDEX listing_shop ON listing (source_id, shop_id);
CREATE INDEX listing_price ON listing (price);
CREATE INDEX listing_document ON listing USING gin (document);
CREATE INDEX listing_newest ON listing (coalesce(created_at, seen_at) DESC, source_id DESC, listing_id DESC);
CREATE INDEX listing_expires ON listing (expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE listing_state (
    source_id bigint NOT NULL,
    listing_id bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL,
    quantity integer,
    favourers integer,
    views integer,
    price numeric(18, 4),
    currency text,
    PRIMARY KEY (source_id, listing_id, at),
    FOREIGN KEY (source_id, listing_id) REFERENCES listing ON DELETE CASCADE
);

CREATE TABLE review (
    source_id bigint NOT NULL REFERENCES market ON DELETE CASCADE,
    shop_id bigint NOT NULL,
    listing_id bigint NOT NULL,
    buyer_id bigint NOT NULL,
    created_at timestamptz NOT NULL,
    rating smallint,
    text text NOT NULL DEFAULT '',
    language text,
    fetched_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    PRIMARY KEY (source_id, listing_id, buyer_id, created_at)
);
CREATE INDEX review_shop ON review (source_id, shop_id, created_at DESC);

-- What was removed because it may not be kept, and how much; of the rows themselves nothing stays.
CREATE TABLE market_removal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id bigint,                   -- NULL once the marketplace itself is gone
    what text NOT NULL,                 -- in a sentence
    counts jsonb NOT NULL DEFAULT '{}', -- listings, images, files, bytes, shops, reviews
    began_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);

-- An image of a listing; without a foreign key to it, because an adopted folder may know images alone.
CREATE TABLE listing_image (
    image_id bigint PRIMARY KEY REFERENCES image ON DELETE CASCADE,
    source_id bigint NOT NULL REFERENCES market ON DELETE CASCADE,
    listing_id bigint NOT NULL,
    remote_id bigint NOT NULL,          -- the marketplace's own number of it
    rank smallint NOT NULL,             -- 1: the first
    is_primary boolean NOT NULL,
    url text NOT NULL,                  -- of the size that is downloaded; '' where it is not known
    url_full text,
    hex_code text,
    hue smallint,
    saturation smallint,
    brightness smallint,
    full_width integer,
    full_height integer,
    alt_text text,
    etag text,                          -- of what was downloaded, for the next time
    last_modified text,
    downloaded_at timestamptz,
    gone_at timestamptz,                -- the listing does not show it any more
    fetched_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    UNIQUE (source_id, listing_id, remote_id)
);

-- The picture without its background, a derived file beside it. Refused: none was made, the picture stands for itself.
CREATE TABLE cutout (
    image_id bigint PRIMARY KEY REFERENCES image ON DELETE CASCADE,
    key bytea,                          -- 16 bytes, in the derived store; NULL where it was refused
    checksum bytea NOT NULL,            -- of the picture that it was made from: its render_key
    model text NOT NULL,
    version smallint NOT NULL,
    width integer,
    height integer,
    size integer,
    share real NOT NULL,                -- of the picture that is foreground, 0 to 1
    refused text                        -- why
);
CREATE INDEX cutout_key ON cutout (key) WHERE key IS NOT NULL;

-- A file of a marketplace's image that was moved to a backup disk: where it belongs, and where it may still lie as well.
CREATE TABLE relocation (
    file_id bigint PRIMARY KEY REFERENCES file ON DELETE CASCADE,
    home_source_id bigint NOT NULL REFERENCES source ON DELETE CASCADE,
    home_path text COLLATE "C" NOT NULL,
    left_source_id bigint REFERENCES source ON DELETE CASCADE,  -- where it has still to be removed; NULL: nowhere
    left_path text COLLATE "C"
);
CREATE INDEX relocation_left ON relocation (file_id) WHERE left_path IS NOT NULL;

ALTER TABLE batch DROP CONSTRAINT batch_kind_check;
ALTER TABLE batch ADD CONSTRAINT batch_kind_check CHECK (kind IN ('scan', 'plan', 'work', 'finalise', 'match', 'pixels',
    'sequence', 'resolve', 'vectors', 'subject', 'tag', 'learn', 'sync', 'adopt', 'clean', 'export'));

-- What no search finds needs no document: an image that leaves is marked, and one that comes back.
CREATE OR REPLACE FUNCTION search_marks_of_images() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO search_mark (image_id) SELECT id FROM added;
    ELSE
        INSERT INTO search_mark (image_id) SELECT DISTINCT id FROM (
            SELECT id, catalog_id, folder, stem, kind, taken_at,
                missing_since IS NULL AND trashed_at IS NULL AND NOT hidden FROM added
            EXCEPT SELECT id, catalog_id, folder, stem, kind, taken_at,
                missing_since IS NULL AND trashed_at IS NULL AND NOT hidden FROM removed) changed;
    END IF;
    RETURN NULL;
END $$;
INSERT INTO search_mark (image_id)
    SELECT id FROM image WHERE missing_since IS NOT NULL OR trashed_at IS NOT NULL OR hidden;
