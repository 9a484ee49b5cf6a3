-- A copy that Lumina is about to lay somewhere, or that is not needed any more: what lies there with these bytes may go,
-- once the file itself is safe. Written before anything is copied, so that whoever dies leaves nothing that nobody knows.
CREATE TABLE leftover (
    source_id bigint NOT NULL REFERENCES source ON DELETE CASCADE,
    path text COLLATE "C" NOT NULL,
    checksum bytea NOT NULL,
    file_id bigint NOT NULL,            -- whose copy it is; that row may be gone by now
    PRIMARY KEY (source_id, path)
);
CREATE INDEX leftover_file ON leftover (file_id);
