-- Vectors of the encoders, words to search by, a tree of what there is, labels, and what was learnt. Names:
-- docs/architecture.md.

-- One version of one encoder, and what it has seen: pictures, cut-outs or texts. Its vectors stand in a table of their
-- own, vector_<id> (image_id bigint PRIMARY KEY, vector halfvec(dimensions)), since an index is of one dimension. A new
-- version is filled beside the live one and takes its place when it is complete.
CREATE TABLE vector_space (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model text NOT NULL,
    version smallint NOT NULL,
    kind text NOT NULL DEFAULT 'image' CHECK (kind IN ('image', 'cutout', 'text')),
    dimensions smallint NOT NULL CHECK (dimensions BETWEEN 1 AND 4000),
    state text NOT NULL DEFAULT 'building' CHECK (state IN ('building', 'live', 'retired')),
    calibration jsonb NOT NULL DEFAULT '{}',  -- lumina.domain.vectors.Calibration
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (model, version, kind)
);
CREATE UNIQUE INDEX vector_space_live ON vector_space (model, kind) WHERE state = 'live';

-- Where a picture was taken, in words, from its coordinates alone (no network).
CREATE TABLE place (
    image_id bigint PRIMARY KEY REFERENCES image ON DELETE CASCADE,
    country_code text NOT NULL,
    country text NOT NULL,
    region text,
    city text
);
CREATE INDEX place_city ON place (country_code, city, image_id);

-- What an image can be found by, in words. Whatever changes one of its sources appends the image to search_mark
-- (writers never wait for each other); marked images are written anew soon after, in pieces.
CREATE TABLE search_document (
    image_id bigint PRIMARY KEY REFERENCES image ON DELETE CASCADE,
    words tsvector NOT NULL
);
CREATE INDEX search_document_words ON search_document USING gin (words);
CREATE TABLE search_mark (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    image_id bigint NOT NULL
);

-- The tree of what can be seen. `path` is made of ids, so names change without touching it. Nodes are never deleted:
-- what was removed or merged stays for undo, and for the labels that speak of it.
CREATE TABLE taxonomy_node (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id bigint REFERENCES taxonomy_node,
    path ltree NOT NULL,                -- kept by triggers, as target_id
    target_id bigint,                   -- itself; the node that it was merged into in the end; NULL where removed
    kind text NOT NULL DEFAULT 'concept' CHECK (kind IN ('concept', 'entity')),  -- entity: one dog, not dogs
    name text NOT NULL,
    key text,                           -- of a node of the starting tree or of a model's vocabulary; never changes
    origin text NOT NULL DEFAULT 'person' CHECK (origin IN ('lumina', 'person', 'file')),
    removed boolean NOT NULL DEFAULT false,  -- merged into another, or taken away
    merged_into bigint REFERENCES taxonomy_node CHECK (merged_into IS NULL OR removed),
    threshold real CHECK (threshold BETWEEN 0 AND 1),  -- of models' confidence, where a person set one
    created_at timestamptz NOT NULL DEFAULT now()
);
-- Names are the same in any case and with or without accents.
CREATE FUNCTION taxonomy_folded(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g'));
CREATE UNIQUE INDEX taxonomy_node_key ON taxonomy_node (key) WHERE key IS NOT NULL;
CREATE INDEX taxonomy_node_path ON taxonomy_node USING gist (path);
CREATE INDEX taxonomy_node_parent ON taxonomy_node (parent_id);
CREATE INDEX taxonomy_node_target ON taxonomy_node (target_id);
CREATE UNIQUE INDEX taxonomy_node_name ON taxonomy_node (coalesce(parent_id, 0), taxonomy_folded(name))
    WHERE NOT removed;
CREATE INDEX taxonomy_node_folded ON taxonomy_node (taxonomy_folded(name)) WHERE NOT removed;
-- Other names: synonyms, plurals, other languages. '' is no language in particular.
CREATE TABLE taxonomy_name (
    node_id bigint NOT NULL REFERENCES taxonomy_node ON DELETE CASCADE,
    language text NOT NULL DEFAULT '',
    name text NOT NULL,
    PRIMARY KEY (node_id, language, name)
);
CREATE INDEX taxonomy_name_name ON taxonomy_name (taxonomy_folded(name));

CREATE FUNCTION taxonomy_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.path := coalesce((SELECT path FROM taxonomy_node WHERE id = NEW.parent_id), '') || text2ltree(NEW.id::text);
    NEW.target_id := CASE WHEN NOT NEW.removed THEN NEW.id
        ELSE (SELECT target_id FROM taxonomy_node WHERE id = NEW.merged_into) END;
    RETURN NEW;
END $$;
CREATE TRIGGER taxonomy_placed BEFORE INSERT ON taxonomy_node FOR EACH ROW EXECUTE FUNCTION taxonomy_place();

-- After a change of the tree, all paths and targets in one statement; a few thousand nodes take milliseconds.
CREATE FUNCTION taxonomy_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM added a JOIN replaced r USING (id) WHERE a.removed <> r.removed
            OR (a.parent_id, a.merged_into) IS DISTINCT FROM (r.parent_id, r.merged_into)) THEN
        RETURN NULL;
    END IF;
    WITH RECURSIVE tree AS (
        SELECT id, text2ltree(id::text) AS path FROM taxonomy_node WHERE parent_id IS NULL
        UNION ALL
        SELECT n.id, t.path || n.id::text FROM tree t JOIN taxonomy_node n ON n.parent_id = t.id
    ), chain AS (
        SELECT id, id AS target_id FROM taxonomy_node WHERE NOT removed
        UNION ALL
        SELECT n.id, c.target_id FROM chain c JOIN taxonomy_node n ON n.merged_into = c.id AND n.removed
    )
    UPDATE taxonomy_node n SET path = t.path, target_id = c.target_id
    FROM tree t LEFT JOIN chain c ON c.id = t.id
    WHERE n.id = t.id AND (n.path <> t.path OR n.target_id IS DISTINCT FROM c.target_id);
    RETURN NULL;
END $$;
CREATE TRIGGER taxonomy_followed AFTER UPDATE ON taxonomy_node REFERENCING OLD TABLE AS replaced NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION taxonomy_follow();

-- How many images carry a node (own), or it or one below it (images). Whatever settles tags appends the differences
-- to taxonomy_delta (writers never wait for each other), which are added up now and then.
CREATE TABLE taxonomy_count (
    node_id bigint PRIMARY KEY,
    own bigint NOT NULL,
    images bigint NOT NULL
);
CREATE TABLE taxonomy_delta (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    node_id bigint NOT NULL,
    own integer NOT NULL,
    images integer NOT NULL
);

-- What somebody or something says is in an image: the evidence, a row for each source.
CREATE TABLE label (
    image_id bigint NOT NULL REFERENCES image ON DELETE CASCADE,
    node_id bigint NOT NULL REFERENCES taxonomy_node ON DELETE CASCADE,
    source text NOT NULL CHECK (source IN ('human', 'model', 'sidecar')),
    model text NOT NULL DEFAULT '',     -- encoder, or '' for people and files
    version smallint NOT NULL DEFAULT 0,
    confidence real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (image_id, node_id, source, model)
);
CREATE INDEX label_node ON label (node_id, source, model);
-- A person's yes or no: final for that image and node, whatever is run again.
CREATE TABLE verdict (
    image_id bigint NOT NULL REFERENCES image ON DELETE CASCADE,
    node_id bigint NOT NULL REFERENCES taxonomy_node ON DELETE CASCADE,
    yes boolean NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (image_id, node_id)
);
CREATE INDEX verdict_node ON verdict (node_id, yes, image_id);
-- What holds after all that: the tags that are shown and searched. Settled in the transaction that changes any of it.
-- A no on a node refuses the nodes below it as well; a yes stands against every model. Of a node and one below it only
-- the one below is kept. Labels and verdicts stay with the node that they were said of, tags are of its target.
CREATE TABLE tag (
    image_id bigint NOT NULL REFERENCES image ON DELETE CASCADE,
    node_id bigint NOT NULL REFERENCES taxonomy_node ON DELETE CASCADE,
    confidence real NOT NULL,           -- 1 where a person said so
    source text NOT NULL CHECK (source IN ('human', 'model', 'sidecar')),
    PRIMARY KEY (image_id, node_id)
);
CREATE INDEX tag_node ON tag (node_id, image_id DESC);

-- How a node is recognised in a space of vectors: w.x + b, as a probability by calibration.
CREATE TABLE head (
    node_id bigint NOT NULL REFERENCES taxonomy_node ON DELETE CASCADE,
    space_id smallint NOT NULL REFERENCES vector_space ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('classifier', 'prompt', 'prototype', 'probe')),
    revision integer NOT NULL DEFAULT 1,
    weights bytea NOT NULL,             -- float32, little-endian, as many as the space has dimensions
    bias real NOT NULL,
    threshold real NOT NULL,            -- of w.x + b
    applied boolean NOT NULL DEFAULT true,  -- false: proposed, shown to a person before it is used
    examples integer NOT NULL DEFAULT 0,
    figures jsonb NOT NULL DEFAULT '{}',    -- what was measured when it was trained
    trained_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (node_id, space_id, kind, applied)
);
-- Images about which a head is in doubt, for people to decide: nearest to its threshold first.
CREATE TABLE doubt (
    node_id bigint NOT NULL REFERENCES taxonomy_node ON DELETE CASCADE,
    image_id bigint NOT NULL REFERENCES image ON DELETE CASCADE,
    confidence real NOT NULL,
    distance real NOT NULL,             -- from the threshold
    PRIMARY KEY (node_id, image_id)
);
CREATE INDEX doubt_order ON doubt (node_id, distance);

-- Neighbours above a calibrated similarity: the same subject, shown apart from copies, never resolved automatically.
CREATE TABLE subject_pair (
    run_id bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    a bigint NOT NULL,
    b bigint NOT NULL,
    similarity real NOT NULL,
    PRIMARY KEY (run_id, a, b),
    CHECK (a < b)
);
CREATE INDEX subject_pair_b ON subject_pair (run_id, b);

ALTER TABLE batch DROP CONSTRAINT batch_kind_check;
ALTER TABLE batch ADD CONSTRAINT batch_kind_check CHECK (kind IN ('scan', 'plan', 'work', 'finalise', 'match', 'pixels',
    'sequence', 'resolve', 'vectors', 'tag', 'learn', 'subject'));
ALTER TABLE run DROP CONSTRAINT run_kind_check;
ALTER TABLE run ADD CONSTRAINT run_kind_check CHECK (kind IN ('duplicates', 'bursts', 'subjects'));
