-- A comment answers another, or begins a thread, which may be resolved.
ALTER TABLE comments
    ADD COLUMN reply_to    uuid CHECK (reply_to <> id),
    ADD COLUMN resolved_by uuid REFERENCES users,
    ADD COLUMN resolved_at timestamptz,
    ADD FOREIGN KEY (project_id, reply_to) REFERENCES comments ON DELETE CASCADE,
    ADD CHECK (num_nulls(resolved_by, resolved_at) IN (0, 2)),
    ADD CHECK (reply_to IS NULL OR resolved_at IS NULL);
CREATE INDEX comments_thread ON comments (project_id, reply_to, id) WHERE reply_to IS NOT NULL;
CREATE INDEX comments_open ON comments (project_id, claim_id) WHERE reply_to IS NULL AND resolved_at IS NULL;
-- Those who keep an article's page learn of this too.
CREATE TRIGGER count_resolved AFTER UPDATE ON comments
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_remarks();

-- Norming: a blind vote on one claim, revealed, discussed and settled. The
-- vote is on a question of the codebook, or on the decision where that is
-- empty.
CREATE TABLE normings (
    project_id  uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
    id          uuid NOT NULL,
    claim_id    uuid NOT NULL,
    version     integer NOT NULL CHECK (version >= 1), -- of the claim, as it was put to the vote
    attribute   text NOT NULL DEFAULT '',
    note        text NOT NULL DEFAULT '' CHECK (length(note) <= 10000),
    started_by  uuid NOT NULL REFERENCES users,
    started_at  timestamptz NOT NULL,
    revealed_by uuid REFERENCES users,
    revealed_at timestamptz,
    thread_id   uuid, -- the comment that begins its discussion
    answer      text[], -- what was settled on
    reason      text CHECK (length(reason) <= 10000),
    settled_by  uuid REFERENCES users,
    settled_at  timestamptz,
    applied     text CHECK (applied IN ('review', 'change')), -- how the answer was carried over to the claim
    PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, claim_id) REFERENCES annotations ON DELETE CASCADE,
    FOREIGN KEY (project_id, thread_id) REFERENCES comments,
    CHECK (num_nulls(revealed_by, revealed_at) IN (0, 2)),
    CHECK (num_nulls(answer, reason, settled_by, settled_at) IN (0, 4)),
    CHECK (settled_at IS NULL OR revealed_at IS NOT NULL),
    CHECK (thread_id IS NULL OR revealed_at IS NOT NULL)
);
CREATE INDEX normings_claim ON normings (project_id, claim_id, id);

-- Those who are asked. What they say is nobody's business before it is
-- revealed: only reading a norming reads it.
CREATE TABLE norming_votes (
    project_id uuid NOT NULL,
    norming_id uuid NOT NULL,
    voter_id   uuid NOT NULL REFERENCES users,
    answer     text[] CHECK (cardinality(answer) > 0), -- NULL: not voted yet
    reason     text NOT NULL DEFAULT '' CHECK (length(reason) <= 10000),
    voted_at   timestamptz,
    PRIMARY KEY (project_id, norming_id, voter_id),
    FOREIGN KEY (project_id, norming_id) REFERENCES normings ON DELETE CASCADE,
    CHECK ((answer IS NULL) = (voted_at IS NULL))
);
CREATE INDEX norming_votes_voter ON norming_votes (voter_id, project_id) WHERE answer IS NULL;

-- When mail tells of notifications.
ALTER TABLE users ADD COLUMN mail text NOT NULL DEFAULT 'off' CHECK (mail IN ('off', 'each', 'daily'));

-- A mail to somebody, of what they have not seen by the time it is made up. A
-- server that sends it has it for a while; one that is killed loses it to
-- another.
CREATE TABLE mails (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users,
    created_at   timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    attempts     integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    leased_until timestamptz,
    failure      text, -- what was said to the last attempt
    done_at      timestamptz -- sent, or given up
);
-- One waits at a time; what happens until it is made up goes into it.
CREATE UNIQUE INDEX mails_waiting ON mails (user_id) WHERE attempts = 0 AND done_at IS NULL;
CREATE INDEX mails_due ON mails (due_at) WHERE done_at IS NULL;

CREATE TABLE notifications (
    project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
    id         uuid NOT NULL,
    user_id    uuid NOT NULL REFERENCES users,
    what       text NOT NULL CHECK (what IN ('mentioned', 'replied', 'commented', 'decided', 'asked_to_vote', 'revealed', 'settled')),
    actor_id   uuid NOT NULL REFERENCES users,
    claim_id   uuid NOT NULL,
    comment_id uuid,
    review_id  uuid,
    norming_id uuid,
    created_at timestamptz NOT NULL,
    read_at    timestamptz,
    mail_id    uuid REFERENCES mails, -- the mail that tells of it
    PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, claim_id) REFERENCES annotations ON DELETE CASCADE,
    FOREIGN KEY (project_id, comment_id) REFERENCES comments ON DELETE CASCADE,
    FOREIGN KEY (project_id, review_id) REFERENCES reviews ON DELETE CASCADE,
    FOREIGN KEY (project_id, norming_id) REFERENCES normings ON DELETE CASCADE
);
CREATE INDEX notifications_user ON notifications (user_id, id DESC);
CREATE INDEX notifications_unread ON notifications (user_id, project_id) WHERE read_at IS NULL;
CREATE INDEX notifications_claim ON notifications (project_id, claim_id);
CREATE INDEX notifications_mail ON notifications (mail_id) WHERE mail_id IS NOT NULL;
