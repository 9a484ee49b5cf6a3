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

-- Where pictures were taken, in words, from their coordinates alone (no network): lumina.domain.places.
CREATE TABLE place (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    country_code text NOT NULL,
    country text NOT NULL,
    region text,
    city text,                          -- NULL: far from any
    UNIQUE NULLS NOT DISTINCT (country_code, region, city)
);
CREATE TABLE image_place (              -- written with the image's document
    image_id bigint PRIMARY KEY REFERENCES image ON DELETE CASCADE,
    place_id bigint NOT NULL REFERENCES place
);
CREATE INDEX image_place_place ON image_place (place_id, image_id);
CREATE INDEX curation_located ON curation (image_id) WHERE latitude IS NOT NULL;
CREATE INDEX metadata_lens ON metadata (lens_model, image_id) WHERE lens_model IS NOT NULL;

-- What an image can be found by, in words (lumina.domain.document). Whatever changes one of its sources appends the
-- image to search_mark (writers never wait for each other); marked images are written anew soon after, in pieces.
CREATE TABLE search_document (
    image_id bigint PRIMARY KEY REFERENCES image ON DELETE CASCADE,
    catalog_id uuid NOT NULL,
    taken_at timestamp,                 -- of the image, so that the newest are known without looking it up
    words tsvector NOT NULL             -- weights: A titles and tags, B captions, C places and cameras, D names
);
CREATE INDEX search_document_newest ON search_document (catalog_id, taken_at DESC NULLS LAST, image_id DESC);
CREATE INDEX search_document_words ON search_document USING gin (words) WITH (gin_pending_list_limit = 512);
CREATE TABLE search_mark (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    image_id bigint NOT NULL
);
-- All images with this tag (or one below it) or in this album are to be marked, a piece at a time: renaming a node
-- that a million images have is done at once.
CREATE TABLE search_sweep (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    node_id bigint,
    album_id bigint,
    below boolean NOT NULL DEFAULT false,   -- and all nodes below it
    after bigint NOT NULL DEFAULT 0         -- images up to this one have been marked
);
-- Words that there are, and in how many documents: an estimate (removed images still count), for planning a search and
-- for spelling. Long numbers and codes are left out.
CREATE TABLE search_word (
    word text COLLATE "C" PRIMARY KEY,  -- "~" before a stem, "@" before a fact: raw, video, gps, a format
    images bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX search_word_like ON search_word USING gin (word gin_trgm_ops) WHERE left(word, 1) NOT IN ('~', '@');

CREATE FUNCTION search_marks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO search_mark (image_id) SELECT DISTINCT image_id FROM removed;
    ELSE
        INSERT INTO search_mark (image_id) SELECT DISTINCT image_id FROM added;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION search_marks_of_images() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO search_mark (image_id) SELECT id FROM added;
    ELSE
        INSERT INTO search_mark (image_id) SELECT DISTINCT id FROM (
            SELECT id, catalog_id, folder, stem, kind, taken_at FROM added
            EXCEPT SELECT id, catalog_id, folder, stem, kind, taken_at FROM removed) changed;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION search_marks_of_files() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH changed AS (
        (SELECT image_id, path, role, format FROM added EXCEPT SELECT image_id, path, role, format FROM removed)
        UNION ALL
        (SELECT image_id, path, role, format FROM removed EXCEPT SELECT image_id, path, role, format FROM added)
    ) INSERT INTO search_mark (image_id) SELECT DISTINCT image_id FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION search_marks_of_metadata() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_mark (image_id) SELECT image_id FROM (
        SELECT image_id, camera, lens_model, title, caption, keywords, latitude, longitude FROM added
        EXCEPT SELECT image_id, camera, lens_model, title, caption, keywords, latitude, longitude FROM removed) changed;
    RETURN NULL;
END $$;
CREATE FUNCTION search_marks_of_curation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO search_mark (image_id) SELECT image_id FROM added
        WHERE title IS NOT NULL OR caption IS NOT NULL OR keywords <> '{}' OR latitude IS NOT NULL;
    ELSE
        INSERT INTO search_mark (image_id) SELECT image_id FROM (
            SELECT image_id, title, caption, keywords, latitude, longitude FROM added
            EXCEPT SELECT image_id, title, caption, keywords, latitude, longitude FROM removed) changed;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION search_marks_of_tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_mark (image_id) SELECT DISTINCT image_id FROM (
        SELECT image_id, node_id FROM added EXCEPT SELECT image_id, node_id FROM removed) changed;
    RETURN NULL;
END $$;
CREATE TRIGGER search_image_added AFTER INSERT ON image REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_marks_of_images();
CREATE TRIGGER search_image_changed AFTER UPDATE ON image REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_marks_of_images();
CREATE TRIGGER search_file_added AFTER INSERT ON file REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_marks();
CREATE TRIGGER search_file_changed AFTER UPDATE ON file REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_marks_of_files();
CREATE TRIGGER search_metadata_added AFTER INSERT ON metadata REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_marks();
CREATE TRIGGER search_metadata_changed AFTER UPDATE ON metadata REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_marks_of_metadata();
CREATE TRIGGER search_curation_added AFTER INSERT ON curation REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_marks_of_curation();
CREATE TRIGGER search_curation_changed AFTER UPDATE ON curation REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_marks_of_curation();
CREATE TRIGGER search_album_added AFTER INSERT ON album_image REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_marks();
CREATE TRIGGER search_album_removed AFTER DELETE ON album_image REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION search_marks();

CREATE FUNCTION search_sweeps_of_albums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_sweep (album_id) SELECT id FROM (
        SELECT id, name FROM added EXCEPT SELECT id, name FROM removed) changed;
    RETURN NULL;
END $$;
CREATE TRIGGER search_album_named AFTER UPDATE ON album REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_sweeps_of_albums();
-- What older catalogs have.
INSERT INTO search_mark (image_id) SELECT id FROM image ORDER BY id;

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
    node_id bigint NOT NULL,            -- nodes are never deleted, and a check of each row takes its time
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
    node_id bigint NOT NULL,
    confidence real NOT NULL,           -- 1 where a person said so
    source text NOT NULL CHECK (source IN ('human', 'model', 'sidecar')),
    taken_at timestamp,                 -- the image's, so that the newest of a node are found without looking at others
    PRIMARY KEY (image_id, node_id)
);
CREATE INDEX tag_node ON tag (node_id, taken_at DESC NULLS LAST, image_id DESC);
-- Whoever settles tags counts them himself; an image that is deleted takes its own along, all in one statement.
CREATE FUNCTION taxonomy_uncount() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        TRUNCATE taxonomy_count, taxonomy_delta;
    ELSIF NOT EXISTS (SELECT FROM image WHERE id = (SELECT image_id FROM removed LIMIT 1)) THEN
        INSERT INTO taxonomy_delta (node_id, own, images)
        SELECT above, -sum(own), -count(DISTINCT image_id) FROM (
            SELECT r.image_id, CAST(a AS bigint) AS above, CASE WHEN CAST(a AS bigint) = r.node_id THEN 1 ELSE 0 END AS own
            FROM removed r JOIN taxonomy_node n ON n.id = r.node_id
            CROSS JOIN LATERAL unnest(string_to_array(ltree2text(n.path), '.')) a) lines GROUP BY above;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tag_uncounted AFTER DELETE ON tag REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION taxonomy_uncount();
CREATE TRIGGER tag_emptied AFTER TRUNCATE ON tag FOR EACH STATEMENT EXECUTE FUNCTION taxonomy_uncount();

-- How a node is recognised in a space of vectors: w.x + b, as a confidence by threshold and slope. What a model brings
-- along (classifier, prompt) has one row for each node and space; what people teach has a row for each revision, since
-- undo brings the former one back. Which of a node's revisions is applied is a field of the journal.
CREATE TABLE head (
    node_id bigint NOT NULL REFERENCES taxonomy_node ON DELETE CASCADE,
    space_id smallint NOT NULL REFERENCES vector_space ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('classifier', 'prompt', 'prototype', 'probe')),
    revision integer NOT NULL DEFAULT 1,    -- of the node's own, counted from 1 on
    weights bytea NOT NULL,             -- float32, little-endian, as many as the space has dimensions; a classifier's are
                                        -- the model's: its rows have none, and a threshold of the summed probability
    bias real NOT NULL,
    prior real NOT NULL DEFAULT 0,      -- how much the log-odds of the model's classifier count for the score
    threshold real NOT NULL,            -- of the score
    slope real NOT NULL DEFAULT 1,      -- of the confidence, which is 0.5 at the threshold
    applied boolean NOT NULL DEFAULT false, -- at most one of a node's learnt ones
    proposed boolean NOT NULL DEFAULT false,    -- shown to a person before it is used
    examples integer NOT NULL DEFAULT 0,
    figures jsonb NOT NULL DEFAULT '{}',    -- what was measured when it was trained
    trained_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (node_id, space_id, kind, revision)
);
CREATE INDEX head_space ON head (space_id) WHERE applied;
-- Images about which a head is in doubt, for people to decide: nearest to its threshold first.
CREATE TABLE doubt (
    node_id bigint NOT NULL REFERENCES taxonomy_node ON DELETE CASCADE,
    image_id bigint NOT NULL REFERENCES image ON DELETE CASCADE,
    confidence real NOT NULL,
    distance real NOT NULL,             -- from the threshold
    PRIMARY KEY (node_id, image_id)
);
CREATE INDEX doubt_order ON doubt (node_id, distance);
CREATE INDEX doubt_image ON doubt (image_id);

-- Neighbours above a calibrated similarity: the same subject, shown apart from copies, never resolved automatically.
-- Each group is an image with what is near to it: no chains.
CREATE TABLE subject_group (
    run_id bigint NOT NULL REFERENCES run ON DELETE CASCADE,
    id bigint NOT NULL,                 -- as in duplicate_group
    images integer NOT NULL,
    similarity real NOT NULL,           -- the lowest of a member to the first
    PRIMARY KEY (run_id, id)
);
CREATE INDEX subject_group_images ON subject_group (run_id, images DESC, id);
CREATE TABLE subject_member (
    run_id bigint NOT NULL,
    group_id bigint NOT NULL,
    image_id bigint NOT NULL REFERENCES image ON DELETE CASCADE,
    position integer NOT NULL,          -- 0: the one that all others are near to
    similarity real NOT NULL,           -- to that one
    PRIMARY KEY (run_id, group_id, image_id),
    FOREIGN KEY (run_id, group_id) REFERENCES subject_group ON DELETE CASCADE
);
CREATE INDEX subject_member_image ON subject_member (image_id);

ALTER TABLE batch DROP CONSTRAINT batch_kind_check;
ALTER TABLE batch ADD CONSTRAINT batch_kind_check CHECK (kind IN ('scan', 'plan', 'work', 'finalise', 'match', 'pixels',
    'sequence', 'resolve', 'vectors', 'tag', 'learn', 'subject'));
ALTER TABLE run DROP CONSTRAINT run_kind_check;
ALTER TABLE run ADD CONSTRAINT run_kind_check CHECK (kind IN ('duplicates', 'bursts', 'subjects'));

-- Tags and the tree's names are words of documents.
CREATE FUNCTION search_sweeps_of_nodes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_sweep (node_id, below) SELECT id, true FROM (
        SELECT id, name, parent_id, removed FROM added EXCEPT SELECT id, name, parent_id, removed FROM gone) changed;
    RETURN NULL;
END $$;
CREATE FUNCTION search_sweeps_of_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_sweep (node_id, below) SELECT DISTINCT node_id, true FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER search_tag_added AFTER INSERT ON tag REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_marks();
CREATE TRIGGER search_tag_changed AFTER UPDATE ON tag REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_marks_of_tags();
CREATE TRIGGER search_tag_removed AFTER DELETE ON tag REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION search_marks();
CREATE TRIGGER search_node_changed AFTER UPDATE ON taxonomy_node REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_sweeps_of_nodes();
CREATE TRIGGER search_name_added AFTER INSERT ON taxonomy_name REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_sweeps_of_names();
CREATE TRIGGER search_name_changed AFTER UPDATE ON taxonomy_name REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_sweeps_of_names();
CREATE TRIGGER search_name_removed AFTER DELETE ON taxonomy_name REFERENCING OLD TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION search_sweeps_of_names();
