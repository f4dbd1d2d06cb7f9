ALTER TABLE annotations DROP CONSTRAINT annotations_fragments_check;
ALTER TABLE annotations ADD CONSTRAINT annotations_fragments_check CHECK (fragments_sound(fragments));

CREATE FUNCTION count_added_annotations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE annotation_sets s SET
        annotations = s.annotations + c.annotations, claims_unreviewed = claims_unreviewed + c.unreviewed,
        claims_approved = claims_approved + c.approved, claims_disputed = claims_disputed + c.disputed,
        claims_rejected = claims_rejected + c.rejected, claims_changes_requested = claims_changes_requested + c.changes_requested
    FROM (SELECT project_id, set_id, count(*) AS annotations,
                 count(*) FILTER (WHERE kind = 'claim' AND review_state = 'unreviewed') AS unreviewed,
                 count(*) FILTER (WHERE kind = 'claim' AND review_state = 'approved') AS approved,
                 count(*) FILTER (WHERE kind = 'claim' AND review_state = 'disputed') AS disputed,
                 count(*) FILTER (WHERE kind = 'claim' AND review_state = 'rejected') AS rejected,
                 count(*) FILTER (WHERE kind = 'claim' AND review_state = 'changes_requested') AS changes_requested
          FROM added
          WHERE NOT deleted
          GROUP BY project_id, set_id) AS c
    WHERE s.project_id = c.project_id AND s.id = c.set_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_added AFTER INSERT ON annotations
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_added_annotations();

ALTER TABLE change_sets ADD FOREIGN KEY (project_id, codebook) REFERENCES codebooks;
ALTER TABLE links ADD FOREIGN KEY (created_by) REFERENCES users, ADD FOREIGN KEY (updated_by) REFERENCES users;
ALTER TABLE annotations ADD FOREIGN KEY (created_by) REFERENCES users, ADD FOREIGN KEY (updated_by) REFERENCES users;
ALTER TABLE change_sets ADD FOREIGN KEY (author_id) REFERENCES users;
DROP TRIGGER keep_people ON users;
DROP FUNCTION keep_people();
DROP TRIGGER count_own_access ON users;
DROP FUNCTION count_own_access();
DROP TRIGGER count_access ON api_tokens;
DROP TRIGGER count_access ON sessions;
DROP TRIGGER count_access ON members;
DROP FUNCTION count_access();
ALTER TABLE users DROP COLUMN access;
