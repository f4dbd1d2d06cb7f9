-- A claim is approved once this many reviewers have approved it as it is.
-- quorum_counted is the number that the states of all claims follow: it is
-- behind while they are being derived anew.
ALTER TABLE projects
    ADD COLUMN quorum         smallint NOT NULL DEFAULT 1 CHECK (quorum BETWEEN 1 AND 5),
    ADD COLUMN quorum_counted smallint NOT NULL DEFAULT 1;
