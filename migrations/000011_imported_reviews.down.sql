ALTER TABLE reviews
    DROP COLUMN imported_from,
    DROP COLUMN imported_by,
    DROP COLUMN imported_at;
