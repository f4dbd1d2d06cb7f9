-- What was settled about what several analysts made of the same words. What
-- stands is in the adjudicated set, whose change set is appended under the lock
-- that a ruling is written under.
CREATE TABLE rulings (
    project_id uuid NOT NULL,
    id         uuid NOT NULL,
    article_id uuid NOT NULL,
    way        text NOT NULL CHECK (way IN ('take', 'merge', 'write', 'keep', 'drop')),
    -- The annotation that stands. No foreign key: the ruling is written first.
    result_id  uuid,
    cause      text NOT NULL DEFAULT '' CHECK (length(cause) <= 200),
    note       text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
    ruled_by   uuid NOT NULL REFERENCES users,
    ruled_at   timestamptz NOT NULL,
    PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, article_id) REFERENCES articles ON DELETE CASCADE,
    CHECK ((way = 'drop') = (result_id IS NULL))
);
CREATE INDEX rulings_article ON rulings (project_id, article_id, ruled_at, id);

-- What a ruling is on, at the versions of then.
CREATE TABLE ruled_annotations (
    project_id    uuid NOT NULL,
    ruling_id     uuid NOT NULL,
    annotation_id uuid NOT NULL,
    version       integer NOT NULL CHECK (version >= 1),
    PRIMARY KEY (project_id, ruling_id, annotation_id),
    FOREIGN KEY (project_id, ruling_id) REFERENCES rulings ON DELETE CASCADE,
    FOREIGN KEY (project_id, annotation_id) REFERENCES annotations ON DELETE CASCADE
);
CREATE INDEX ruled_annotations_annotation ON ruled_annotations (project_id, annotation_id);

-- Why analysts disagree, in the project's own words; NULL is the list that
-- comes with Onrecord.
ALTER TABLE projects ADD COLUMN causes text[] CHECK (cardinality(causes) BETWEEN 1 AND 30);
