-- Whose annotations a project's articles have, and how many analysts an article
-- may have of those who take it from the pool; 0 is no pool.
ALTER TABLE projects
    ADD COLUMN mode text NOT NULL DEFAULT 'shared' CHECK (mode IN ('shared', 'independent')),
    ADD COLUMN pool integer NOT NULL DEFAULT 0 CHECK (pool BETWEEN 0 AND 20);

-- Who is to annotate an article. In a project of independent sets it is also
-- what opens an analyst's set for writing: see doc/decisions/0011.
CREATE TABLE assignments (
    project_id  uuid NOT NULL,
    article_id  uuid NOT NULL,
    analyst_id  uuid NOT NULL REFERENCES users,
    state       text NOT NULL DEFAULT 'not_started' CHECK (state IN ('not_started', 'in_progress', 'done', 'returned')),
    due_on      date,
    note        text NOT NULL DEFAULT '' CHECK (length(note) <= 2000), -- why it was returned
    assigned_by uuid NOT NULL REFERENCES users, -- the analyst, if taken from the pool
    assigned_at timestamptz NOT NULL,
    started_at  timestamptz,
    active_at   timestamptz, -- last change of the state or, in a set of their own, of annotations
    done_at     timestamptz,
    PRIMARY KEY (project_id, article_id, analyst_id),
    FOREIGN KEY (project_id, article_id) REFERENCES articles ON DELETE CASCADE,
    CHECK (state IN ('not_started', 'returned') OR started_at IS NOT NULL),
    CHECK ((state = 'done') = (done_at IS NOT NULL))
);
CREATE INDEX assignments_analyst ON assignments (project_id, analyst_id, state, assigned_at, article_id);
CREATE INDEX assignments_state ON assignments (project_id, state, assigned_at, article_id, analyst_id);

-- How many analysts an article has, kept with its shared set, so that the next
-- article of the pool is found without counting.
ALTER TABLE annotation_sets ADD COLUMN assigned integer NOT NULL DEFAULT 0 CHECK (assigned >= 0);
-- Sets that are not the team's, by their hand.
CREATE INDEX annotation_sets_apart ON annotation_sets (project_id, coalesce(analyst_id::text, hand)) WHERE hand <> 'shared';
CREATE INDEX annotation_sets_pool ON annotation_sets (project_id, assigned, article_id) WHERE hand = 'shared';

CREATE FUNCTION count_assignments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE annotation_sets s SET assigned = s.assigned + c.n
    FROM (SELECT project_id, article_id, CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END AS n
          FROM changed GROUP BY project_id, article_id) AS c
    WHERE s.project_id = c.project_id AND s.article_id = c.article_id AND s.hand = 'shared';
    RETURN NULL;
END
$$;
CREATE TRIGGER count_added AFTER INSERT ON assignments
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_assignments();
CREATE TRIGGER count_removed AFTER DELETE ON assignments
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_assignments();

-- Whose set a bulk change went into.
ALTER TABLE bulk_changes ADD COLUMN hand text NOT NULL DEFAULT 'shared';
