-- A decision on a claim as it stood at a version. Rows never change.
CREATE TABLE reviews (
    project_id  uuid NOT NULL,
    id          uuid NOT NULL,
    claim_id    uuid NOT NULL,
    version     integer NOT NULL CHECK (version >= 1),
    decision    text NOT NULL CHECK (decision IN ('approve', 'dispute', 'reject', 'request_changes')),
    reason      text NOT NULL DEFAULT '' CHECK (length(reason) <= 10000),
    reviewer_id uuid NOT NULL REFERENCES users,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, claim_id) REFERENCES annotations ON DELETE CASCADE,
    CHECK (decision = 'approve' OR btrim(reason) <> '')
);
CREATE INDEX reviews_claim ON reviews (project_id, claim_id, id);

CREATE TABLE comments (
    project_id uuid NOT NULL,
    id         uuid NOT NULL,
    claim_id   uuid NOT NULL,
    author_id  uuid NOT NULL REFERENCES users,
    body       text NOT NULL CHECK (btrim(body) <> '' AND length(body) <= 10000),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, claim_id) REFERENCES annotations ON DELETE CASCADE
);
CREATE INDEX comments_claim ON comments (project_id, claim_id, id);
