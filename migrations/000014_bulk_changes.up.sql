-- A bulk change is one wish for many articles: a change set for each of them.
CREATE TABLE bulk_changes (
    project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
    id         uuid NOT NULL,
    what       text NOT NULL CHECK (what IN ('tag', 'recode')),
    wish       json NOT NULL,
    author_id  uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (project_id, id)
);

-- Written before its change set, so that what was done is known whatever
-- happens: the log tells whether it was.
CREATE TABLE bulk_parts (
    project_id uuid NOT NULL,
    bulk_id    uuid NOT NULL,
    article_id uuid NOT NULL,
    change_set uuid NOT NULL, -- the client id under which the log has it, if it was done
    done       integer NOT NULL DEFAULT 0 CHECK (done >= 0), -- annotations
    left_out   json NOT NULL DEFAULT '[]',
    undone     uuid, -- likewise, of what undid it
    kept       integer NOT NULL DEFAULT 0 CHECK (kept >= 0), -- of done, by the undoing
    PRIMARY KEY (project_id, bulk_id, article_id),
    FOREIGN KEY (project_id, bulk_id) REFERENCES bulk_changes ON DELETE CASCADE,
    FOREIGN KEY (project_id, article_id) REFERENCES articles ON DELETE CASCADE
);
CREATE INDEX bulk_parts_article ON bulk_parts (project_id, article_id);
