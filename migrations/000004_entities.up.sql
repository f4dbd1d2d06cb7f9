CREATE TABLE entities (
    project_id  uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
    id          uuid NOT NULL,
    type        text NOT NULL CHECK (type IN ('person', 'organisation', 'group', 'outlet', 'document', 'recording', 'event', 'place')),
    name        text NOT NULL CHECK (btrim(name) <> ''),
    description text NOT NULL DEFAULT '',
    -- An entity found to be the same as another points to it; what is tagged
    -- with it is read as the other. merged_into is where all such pointers
    -- end: an entity that is itself merged into none.
    merged_into uuid CHECK (merged_into <> id),
    -- What it was merged into when it was, which may have been merged on
    -- since: so that each merge can be undone by itself.
    merged_with uuid CHECK (merged_with <> id),
    merged_by   uuid REFERENCES users, -- NULL when it came in merged, by whoever brought it in
    merged_at   timestamptz,
    created_by  uuid NOT NULL REFERENCES users,
    created_at  timestamptz NOT NULL,
    -- The end of the pointers is merged into none: no chains and no cycles.
    canonical   boolean NOT NULL GENERATED ALWAYS AS (merged_into IS NULL) STORED,
    end_of      boolean GENERATED ALWAYS AS (CASE WHEN merged_into IS NOT NULL THEN true END) STORED,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, id, canonical),
    FOREIGN KEY (project_id, merged_into, end_of) REFERENCES entities (project_id, id, canonical),
    FOREIGN KEY (project_id, merged_with) REFERENCES entities,
    CHECK ((merged_into IS NULL) = (merged_with IS NULL)),
    CHECK ((merged_by IS NULL) = (merged_at IS NULL) AND (merged_by IS NULL OR merged_into IS NOT NULL))
);
-- One of a type by each name, spelt in whatever case and with or without accents.
CREATE UNIQUE INDEX entities_same_name ON entities (project_id, type, folded(name)) WHERE merged_into IS NULL;
CREATE INDEX entities_by_name ON entities (project_id, folded(name), id) WHERE merged_into IS NULL;
CREATE INDEX entities_merged_into ON entities (project_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX entities_name ON entities USING gin (folded(name) gin_trgm_ops);

CREATE TABLE entity_names (
    project_id  uuid NOT NULL,
    entity_id   uuid NOT NULL,
    name        text NOT NULL CHECK (btrim(name) <> ''),
    type        text NOT NULL DEFAULT 'spelling' CHECK (type IN ('spelling', 'short', 'title')),
    -- The entity the name came from in a merge, and goes back to when the
    -- merge is undone.
    merged_from uuid,
    PRIMARY KEY (project_id, entity_id, name),
    FOREIGN KEY (project_id, entity_id) REFERENCES entities ON DELETE CASCADE,
    FOREIGN KEY (project_id, merged_from) REFERENCES entities
);
CREATE INDEX entity_names_same_name ON entity_names (project_id, folded(name));
CREATE INDEX entity_names_name ON entity_names USING gin (folded(name) gin_trgm_ops);
CREATE INDEX entity_names_merged_from ON entity_names (project_id, merged_from) WHERE merged_from IS NOT NULL;

-- transliterated is a folded name with what transliterations disagree on made
-- the same: Zelensky, Zelenskiy and Zelenskyj.
CREATE FUNCTION transliterated(name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT regexp_replace(replace(name, 'w', 'v'), '[ijy]+', 'y', 'g') $$;

-- closeness says how near a name comes to what is sought, both folded: the
-- whole name before its beginning, before the beginning of one of its words,
-- before what merely resembles it.
CREATE FUNCTION closeness(name text, sought text) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
        SELECT round(((CASE WHEN name = sought THEN 3
                            WHEN starts_with(name, sought) THEN 2
                            WHEN strpos(' ' || name, ' ' || sought) > 0 THEN 1
                            ELSE 0 END)
                      + 0.3 * public.word_similarity(sought, name)
                      + 0.3 * public.word_similarity(public.transliterated(sought), public.transliterated(name))
                      + 0.4 * public.similarity(name, sought))::numeric, 4)
    $$;

-- Entities with names much alike that somebody has told apart.
CREATE TABLE entity_differences (
    project_id uuid NOT NULL,
    one_id     uuid NOT NULL,
    other_id   uuid NOT NULL,
    told_by    uuid NOT NULL REFERENCES users,
    told_at    timestamptz NOT NULL,
    PRIMARY KEY (project_id, one_id, other_id),
    FOREIGN KEY (project_id, one_id) REFERENCES entities ON DELETE CASCADE,
    FOREIGN KEY (project_id, other_id) REFERENCES entities ON DELETE CASCADE,
    CHECK (one_id < other_id)
);
