DROP TRIGGER note_state ON annotations;
DROP FUNCTION note_claim_state();
DROP TABLE claim_states;
