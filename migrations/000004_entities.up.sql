CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

-- folded is a name as it is compared: without case and accents. unaccent is
-- only stable because its dictionary could be edited; ours is not.
CREATE FUNCTION folded(name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT public.unaccent('public.unaccent'::regdictionary, lower(name)) $$;

CREATE TABLE entities (
    project_id  uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
    id          uuid NOT NULL,
    type        text NOT NULL CHECK (type IN ('person', 'organisation', 'group', 'outlet', 'document', 'recording', 'event', 'place')),
    name        text NOT NULL CHECK (btrim(name) <> ''),
    description text NOT NULL DEFAULT '',
    -- An entity found to be the same as another points there for ever; what
    -- is tagged with it is read as the other.
    merged_into uuid CHECK (merged_into <> id),
    created_by  uuid NOT NULL REFERENCES users,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, merged_into) REFERENCES entities
);
CREATE INDEX entities_merged_into ON entities (project_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX entities_name ON entities USING gin (folded(name) gin_trgm_ops);

CREATE TABLE entity_names (
    project_id uuid NOT NULL,
    entity_id  uuid NOT NULL,
    name       text NOT NULL CHECK (btrim(name) <> ''),
    type       text NOT NULL DEFAULT 'spelling' CHECK (type IN ('spelling', 'short', 'title')),
    PRIMARY KEY (project_id, entity_id, name),
    FOREIGN KEY (project_id, entity_id) REFERENCES entities ON DELETE CASCADE
);
CREATE INDEX entity_names_name ON entity_names USING gin (folded(name) gin_trgm_ops);
