CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

-- folded is a name as it is compared: without case and accents. unaccent is
-- only stable because its dictionary could be edited; ours is not.
CREATE FUNCTION folded(name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT public.unaccent('public.unaccent'::regdictionary, lower(name)) $$;

-- The same for the words of a text: any language, no stemming, no stop words.
CREATE TEXT SEARCH CONFIGURATION folded (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION folded
    ALTER MAPPING FOR asciiword, word, hword, hword_part, asciihword, hword_asciipart, numword, numhword, hword_numpart
    WITH public.unaccent, pg_catalog.simple;

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
    -- The words of the headline and of the text. A tsvector holds less than
    -- 1 MiB, so of a very long text only the beginning is in it.
    search                   tsvector NOT NULL,
    created_by               uuid NOT NULL REFERENCES users,
    created_at               timestamptz NOT NULL,
    updated_at               timestamptz NOT NULL,
    PRIMARY KEY (project_id, id),
    CHECK (date_published IS NOT NULL OR date_published_origin IS NULL)
);
CREATE INDEX articles_newest ON articles (project_id, created_at DESC, id DESC);
CREATE INDEX articles_publisher ON articles (project_id, publisher, created_at DESC, id DESC) WHERE publisher IS NOT NULL;
CREATE INDEX articles_search ON articles USING gin (search);

-- article_search makes an article's search column. What stands between < and >
-- would be taken for a tag and left out.
CREATE FUNCTION article_search(headline text, text text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT to_tsvector('public.folded', translate(headline, '<>', '  '))
              || to_tsvector('public.folded', translate(left(text, 200000), '<>', '  ')) $$;

-- article_query is a search as people write it. When it is open, the last word
-- may be the beginning of one: tsquery's text ends with that word.
CREATE FUNCTION article_query(query text, open boolean) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
DECLARE
    q tsquery := websearch_to_tsquery('public.folded', translate(query, '<>', '  '));
BEGIN
    IF open AND q::text LIKE '%''' THEN
        RETURN (q::text || ':*')::tsquery;
    END IF;
    RETURN q;
END
$$;

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
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, article_id, number),
    FOREIGN KEY (project_id, article_id) REFERENCES articles ON DELETE CASCADE
);
