-- The annotations of one article by one hand.
CREATE TABLE annotation_sets (
    project_id  uuid NOT NULL,
    id          uuid NOT NULL,
    article_id  uuid NOT NULL,
    revision_id uuid NOT NULL,
    hand        text NOT NULL CHECK (hand IN ('shared', 'independent', 'adjudicated')),
    analyst_id  uuid REFERENCES users,
    -- The number of the newest change set. An imported set goes on from the
    -- number it had: its log begins after base_seq.
    seq         bigint NOT NULL DEFAULT 0 CHECK (seq >= base_seq),
    base_seq    bigint NOT NULL DEFAULT 0 CHECK (base_seq >= 0),
    PRIMARY KEY (project_id, id),
    UNIQUE NULLS NOT DISTINCT (project_id, article_id, hand, analyst_id),
    FOREIGN KEY (project_id, article_id) REFERENCES articles ON DELETE CASCADE,
    FOREIGN KEY (project_id, revision_id) REFERENCES revisions,
    CHECK ((hand = 'independent') = (analyst_id IS NOT NULL))
);

-- The log: the only way annotations change. Rows never change.
CREATE TABLE change_sets (
    project_id uuid NOT NULL,
    set_id     uuid NOT NULL,
    seq        bigint NOT NULL CHECK (seq >= 1),
    client_id  uuid NOT NULL, -- made by the client: a retry finds its first answer by it
    author_id  uuid NOT NULL REFERENCES users,
    codebook   integer NOT NULL,
    operations json NOT NULL,
    inverse    json NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (project_id, set_id, seq),
    UNIQUE (project_id, client_id),
    FOREIGN KEY (project_id, set_id) REFERENCES annotation_sets ON DELETE CASCADE,
    FOREIGN KEY (project_id, codebook) REFERENCES codebooks
);

-- fragments_sound holds fragments to be non-empty, bounded, half-open and
-- disjoint. They are an array and not a multirange because they have an order
-- of their own, and because a multirange melts neighbours into one.
CREATE FUNCTION fragments_sound(fragments int4range[]) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
DECLARE
    f    int4range;
    seen int4multirange := '{}';
BEGIN
    FOREACH f IN ARRAY fragments LOOP
        IF f IS NULL OR isempty(f) OR lower_inf(f) OR upper_inf(f) OR lower(f) < 0 OR seen && f THEN
            RETURN false;
        END IF;
        seen := seen + int4multirange(f);
    END LOOP;
    RETURN true;
END
$$;

CREATE TABLE annotations (
    project_id   uuid NOT NULL,
    id           uuid NOT NULL,
    set_id       uuid NOT NULL,
    kind         text NOT NULL CHECK (kind <> ''),
    fragments    int4range[] NOT NULL CHECK (fragments_sound(fragments)), -- in their own order, code points
    attributes   json NOT NULL DEFAULT '{}',
    entity_id    uuid,
    -- version grows with every change of the annotation, of its links, and of
    -- what they lead to; edited is the version at which it last changed itself.
    version      integer NOT NULL CHECK (version >= 1),
    edited       integer NOT NULL CHECK (edited BETWEEN 1 AND version),
    review_state text NOT NULL DEFAULT 'unreviewed'
                 CHECK (review_state IN ('unreviewed', 'approved', 'disputed', 'rejected', 'changes_requested')),
    deleted      boolean NOT NULL DEFAULT false, -- kept, so that versions go on when it is restored
    created_by   uuid NOT NULL REFERENCES users,
    created_at   timestamptz NOT NULL,
    updated_by   uuid NOT NULL REFERENCES users,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (project_id, id),
    UNIQUE (project_id, set_id, id),
    FOREIGN KEY (project_id, set_id) REFERENCES annotation_sets ON DELETE CASCADE,
    FOREIGN KEY (project_id, entity_id) REFERENCES entities,
    CHECK (cardinality(fragments) > 0 OR entity_id IS NOT NULL)
);
CREATE INDEX annotations_entity ON annotations (project_id, entity_id, kind) WHERE entity_id IS NOT NULL;
-- The review queue, oldest first, and one author's part of it.
CREATE INDEX annotations_claims ON annotations (project_id, review_state, created_at, id) WHERE kind = 'claim' AND NOT deleted;
CREATE INDEX annotations_claims_author ON annotations (project_id, created_by, review_state, created_at, id) WHERE kind = 'claim' AND NOT deleted;

CREATE TABLE links (
    project_id uuid NOT NULL,
    id         uuid NOT NULL,
    set_id     uuid NOT NULL,
    from_id    uuid NOT NULL,
    to_id      uuid NOT NULL CHECK (to_id <> from_id),
    role       text NOT NULL CHECK (role IN ('speaker', 'source', 'cue', 'addressee', 'within', 'via')),
    attributes json NOT NULL DEFAULT '{}',
    version    integer NOT NULL CHECK (version >= 1),
    deleted    boolean NOT NULL DEFAULT false,
    created_by uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    updated_by uuid NOT NULL REFERENCES users,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, set_id) REFERENCES annotation_sets ON DELETE CASCADE,
    -- Through the set: a link cannot leave it.
    FOREIGN KEY (project_id, set_id, from_id) REFERENCES annotations (project_id, set_id, id) ON DELETE CASCADE,
    FOREIGN KEY (project_id, set_id, to_id) REFERENCES annotations (project_id, set_id, id) ON DELETE CASCADE
);
CREATE INDEX links_set ON links (project_id, set_id) WHERE NOT deleted;
CREATE UNIQUE INDEX links_from ON links (project_id, from_id, role, to_id) WHERE NOT deleted;
CREATE INDEX links_to ON links (project_id, to_id) WHERE NOT deleted;
