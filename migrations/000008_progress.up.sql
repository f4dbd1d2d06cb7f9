-- How far the tagging and review of each annotation set has come, so that a
-- list of articles need not count annotations. Triggers keep it, so that no
-- writer can forget to. They write the set's row: whoever changes annotations
-- or decides on claims must lock that first, or two of them can wait for each
-- other.
ALTER TABLE annotation_sets
    ADD COLUMN annotations              integer NOT NULL DEFAULT 0 CHECK (annotations >= 0),
    ADD COLUMN claims_unreviewed        integer NOT NULL DEFAULT 0 CHECK (claims_unreviewed >= 0),
    ADD COLUMN claims_approved          integer NOT NULL DEFAULT 0 CHECK (claims_approved >= 0),
    ADD COLUMN claims_disputed          integer NOT NULL DEFAULT 0 CHECK (claims_disputed >= 0),
    ADD COLUMN claims_rejected          integer NOT NULL DEFAULT 0 CHECK (claims_rejected >= 0),
    ADD COLUMN claims_changes_requested integer NOT NULL DEFAULT 0 CHECK (claims_changes_requested >= 0),
    ADD COLUMN untagged boolean NOT NULL GENERATED ALWAYS AS (annotations = 0) STORED,
    ADD COLUMN open     boolean NOT NULL GENERATED ALWAYS AS (claims_unreviewed + claims_changes_requested > 0) STORED,
    ADD COLUMN disputed boolean NOT NULL GENERATED ALWAYS AS (claims_disputed > 0) STORED,
    ADD COLUMN done     boolean NOT NULL GENERATED ALWAYS AS (
        claims_unreviewed + claims_changes_requested = 0 AND claims_approved + claims_disputed + claims_rejected > 0) STORED;

-- Counting changes often and the states seldom: an index on the states alone,
-- and room on the page, leave most updates of a set without index work.
ALTER TABLE annotation_sets SET (fillfactor = 80);
CREATE INDEX annotation_sets_untagged ON annotation_sets (project_id, article_id) WHERE hand = 'shared' AND untagged;
CREATE INDEX annotation_sets_open ON annotation_sets (project_id, article_id) WHERE hand = 'shared' AND open;
CREATE INDEX annotation_sets_disputed ON annotation_sets (project_id, article_id) WHERE hand = 'shared' AND disputed;
CREATE INDEX annotation_sets_done ON annotation_sets (project_id, article_id) WHERE hand = 'shared' AND done;

-- Each is one UPDATE, for plpgsql keeps its plan: an SQL function that both
-- called would be planned anew each time. Rows of annotations go only with
-- their set, so deletion counts nothing.
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

-- Most changes are of what is not counted.
CREATE FUNCTION count_changed_annotations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE annotation_sets s SET
        annotations = s.annotations + c.annotations, claims_unreviewed = claims_unreviewed + c.unreviewed,
        claims_approved = claims_approved + c.approved, claims_disputed = claims_disputed + c.disputed,
        claims_rejected = claims_rejected + c.rejected, claims_changes_requested = claims_changes_requested + c.changes_requested
    FROM (SELECT project_id, set_id, sum(n) AS annotations,
                 coalesce(sum(n) FILTER (WHERE kind = 'claim' AND review_state = 'unreviewed'), 0) AS unreviewed,
                 coalesce(sum(n) FILTER (WHERE kind = 'claim' AND review_state = 'approved'), 0) AS approved,
                 coalesce(sum(n) FILTER (WHERE kind = 'claim' AND review_state = 'disputed'), 0) AS disputed,
                 coalesce(sum(n) FILTER (WHERE kind = 'claim' AND review_state = 'rejected'), 0) AS rejected,
                 coalesce(sum(n) FILTER (WHERE kind = 'claim' AND review_state = 'changes_requested'), 0) AS changes_requested
          FROM (SELECT project_id, set_id, kind, review_state, 1 AS n FROM after WHERE NOT deleted
                UNION ALL
                SELECT project_id, set_id, kind, review_state, -1 FROM before WHERE NOT deleted) AS changed
          GROUP BY project_id, set_id) AS c
    WHERE s.project_id = c.project_id AND s.id = c.set_id
          AND (c.annotations, c.unreviewed, c.approved, c.disputed, c.rejected, c.changes_requested) <> (0, 0, 0, 0, 0, 0);
    RETURN NULL;
END
$$;
CREATE TRIGGER count_changed AFTER UPDATE ON annotations
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_changed_annotations();
