-- When each claim went from one state to another, for the dashboard. An
-- annotation that is not a claim, or is deleted, is in no state. One that has
-- no row here has been in its state from the beginning.
CREATE TABLE claim_states (
    project_id uuid NOT NULL,
    claim_id   uuid NOT NULL,
    at         timestamptz NOT NULL,
    was        text, -- as annotations.review_state, or NULL for none
    became     text,
    PRIMARY KEY (project_id, claim_id, at),
    FOREIGN KEY (project_id, claim_id) REFERENCES annotations ON DELETE CASCADE
);
CREATE INDEX claim_states_at ON claim_states (project_id, at);

-- The time is the clock's, not the transaction's: two changes of one claim
-- never share it.
CREATE FUNCTION note_claim_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO claim_states VALUES (
        NEW.project_id, NEW.id, clock_timestamp(),
        CASE WHEN OLD.kind = 'claim' AND NOT OLD.deleted THEN OLD.review_state END,
        CASE WHEN NEW.kind = 'claim' AND NOT NEW.deleted THEN NEW.review_state END);
    RETURN NULL;
END
$$;
CREATE TRIGGER note_state AFTER UPDATE ON annotations FOR EACH ROW
    WHEN (CASE WHEN OLD.kind = 'claim' AND NOT OLD.deleted THEN OLD.review_state END
          IS DISTINCT FROM CASE WHEN NEW.kind = 'claim' AND NOT NEW.deleted THEN NEW.review_state END)
    EXECUTE FUNCTION note_claim_state();

-- What was there before came to its state with its last decision, and went
-- with its last change.
INSERT INTO claim_states (project_id, claim_id, at, was, became)
SELECT a.project_id, a.id,
       CASE WHEN a.deleted THEN a.updated_at
            ELSE coalesce((SELECT max(r.created_at) FROM reviews r WHERE r.project_id = a.project_id AND r.claim_id = a.id), a.updated_at) END,
       'unreviewed', CASE WHEN NOT a.deleted THEN a.review_state END
FROM annotations a
WHERE a.kind = 'claim' AND (a.deleted OR a.review_state <> 'unreviewed');
