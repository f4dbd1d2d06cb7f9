CREATE TABLE users (
    id            uuid PRIMARY KEY,
    -- NULL for a person known only from an imported file: such a person cannot sign in.
    email         text CHECK (email = btrim(email) AND email <> ''),
    name          text NOT NULL CHECK (btrim(name) <> ''),
    password_hash text, -- argon2id, PHC string
    admin         boolean NOT NULL DEFAULT false,
    disabled_at   timestamptz,
    created_at    timestamptz NOT NULL,
    CHECK (email IS NOT NULL OR password_hash IS NULL)
);
CREATE UNIQUE INDEX users_email ON users (lower(email));

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32), -- sha256
    id         uuid NOT NULL UNIQUE,
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    user_agent text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at)
);
CREATE INDEX sessions_user ON sessions (user_id, created_at DESC);

CREATE TABLE api_tokens (
    id           uuid PRIMARY KEY,
    token_hash   bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    name         text NOT NULL CHECK (btrim(name) <> ''),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz CHECK (expires_at > created_at), -- NULL: does not expire
    last_used_at timestamptz
);
CREATE INDEX api_tokens_user ON api_tokens (user_id, created_at DESC);

-- The one-time link by which the first admin comes in.
CREATE TABLE setup_links (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    created_at timestamptz NOT NULL,
    used_at    timestamptz
);

-- Sign-ins that were tried and have not succeeded, per account over all server
-- processes. An attempt is counted before its password is looked at, so that
-- many at once are counted like many in turn.
CREATE TABLE sign_in_attempts (
    email    text PRIMARY KEY, -- as it was given, in lower case; there may be no such account
    attempts integer NOT NULL,
    since    timestamptz NOT NULL -- the first of them
);
CREATE INDEX sign_in_attempts_since ON sign_in_attempts (since);
