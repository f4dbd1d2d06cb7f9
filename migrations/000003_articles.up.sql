CREATE TABLE articles (
    project_id               uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
    id                       uuid NOT NULL,
    headline                 text NOT NULL CHECK (btrim(headline) <> ''),
    url                      text,
    publisher                text,
    author                   text,
    date_published           text, -- EDTF: a year, a month, a day or a moment
    date_published_origin    text CHECK (date_published_origin IN ('page', 'url', 'analyst', 'unknown')),
    in_language              text, -- BCP 47
    created_by               uuid NOT NULL REFERENCES users,
    created_at               timestamptz NOT NULL,
    updated_at               timestamptz NOT NULL,
    PRIMARY KEY (project_id, id),
    CHECK (date_published IS NOT NULL OR date_published_origin IS NULL)
);

-- An article's text at one time. Rows never change.
CREATE TABLE revisions (
    project_id     uuid NOT NULL,
    id             uuid NOT NULL,
    article_id     uuid NOT NULL,
    number         integer NOT NULL CHECK (number >= 1),
    text           text NOT NULL CHECK (text <> ''),
    sha256         bytea NOT NULL CHECK (sha256 = sha256(convert_to(text, 'UTF8'))),
    normalisations text[] NOT NULL DEFAULT '{}' CHECK (normalisations <@ ARRAY['crlf', 'cr', 'bom', 'nul']),
    blocks         jsonb NOT NULL,
    created_by     uuid NOT NULL REFERENCES users,
    created_at     timestamptz NOT NULL,
    -- A tsvector holds less than 1 MiB: the search index reads the beginning
    -- of a very long article only.
    search         tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', left(text, 200000))) STORED,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, article_id, number),
    FOREIGN KEY (project_id, article_id) REFERENCES articles ON DELETE CASCADE
);
CREATE INDEX revisions_search ON revisions USING gin (search);
