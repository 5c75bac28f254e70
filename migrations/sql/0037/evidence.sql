-- What the bytes of a lake file were when it was written, so that a file that was changed, shortened or exchanged is known.
-- grain: one file of the lake and one writing of it; the same content written by another version may have other bytes. Append-only.
CREATE TABLE evidence.lake_files (
    path text NOT NULL,                      -- relative to the lake
    file_digest text NOT NULL,               -- sha256 (hex) of its bytes
    size bigint NOT NULL,                    -- bytes
    PRIMARY KEY (path, file_digest)
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence.lake_files
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON evidence.lake_files TO fleetbill_app;
