-- Who has an article open, and where in it they look. Nothing depends on it:
-- it is not logged, a crash may empty it, and a row that is not renewed counts
-- for nothing.
CREATE UNLOGGED TABLE presences (
    project_id    uuid NOT NULL,
    article_id    uuid NOT NULL,
    page_id       uuid NOT NULL, -- made by the page: one person may have several open
    user_id       uuid NOT NULL REFERENCES users,
    stream_id     uuid,          -- the stream of live events that ends with the page
    annotation_id uuid,          -- what is focused; it may be gone, or not saved yet
    start         integer CHECK (start >= 0), -- where in the text, in code points; null until told
    arrived_at    timestamptz NOT NULL DEFAULT now(),
    seen_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project_id, article_id, page_id),
    FOREIGN KEY (project_id, article_id) REFERENCES articles ON DELETE CASCADE
);
