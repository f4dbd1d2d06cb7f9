-- Decisions that came with a file: the project they were made in, as
-- {"slug", "name"}, and who brought them here, and vouches for them, and when.
ALTER TABLE reviews
    ADD COLUMN imported_from json,
    ADD COLUMN imported_by   uuid REFERENCES users,
    ADD COLUMN imported_at   timestamptz,
    ADD CHECK (num_nulls(imported_from, imported_by, imported_at) IN (0, 3));
