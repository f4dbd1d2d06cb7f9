CREATE TABLE projects (
    id            uuid PRIMARY KEY,
    slug          text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 60),
    name          text NOT NULL CHECK (btrim(name) <> ''),
    self_approval boolean NOT NULL DEFAULT false,
    codebook      integer NOT NULL,
    -- The project object of the export this project was filled from, so that
    -- exporting again gives the same bytes; gone once the project is renamed.
    origin        jsonb,
    created_at    timestamptz NOT NULL
);

CREATE TABLE codebooks (
    project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
    version    integer NOT NULL CHECK (version >= 1),
    content    jsonb NOT NULL,
    created_by uuid REFERENCES users,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (project_id, version)
);
ALTER TABLE projects ADD FOREIGN KEY (id, codebook) REFERENCES codebooks (project_id, version) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE members (
    project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    role       text NOT NULL CHECK (role IN ('viewer', 'analyst', 'reviewer', 'manager')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX members_user ON members (user_id);

CREATE TABLE invitations (
    project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
    id         uuid NOT NULL,
    token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    role       text NOT NULL CHECK (role IN ('viewer', 'analyst', 'reviewer', 'manager')),
    created_by uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    used_by    uuid REFERENCES users,
    used_at    timestamptz,
    PRIMARY KEY (project_id, id),
    CHECK ((used_by IS NULL) = (used_at IS NULL))
);
