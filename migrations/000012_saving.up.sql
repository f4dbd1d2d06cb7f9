-- Saving a change set writes three rows. What the database did besides was
-- most of the time it took; see doc/decisions/0008.

-- Who may do what is asked again within the write itself, by one number that
-- grows with every change of it. Triggers keep it, so that no writer can
-- forget to.
ALTER TABLE users ADD COLUMN access bigint NOT NULL DEFAULT 0;

CREATE FUNCTION count_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE users SET access = access + 1 WHERE id = coalesce(OLD.user_id, NEW.user_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER count_access AFTER INSERT OR UPDATE OR DELETE ON members
    FOR EACH ROW EXECUTE FUNCTION count_access();
CREATE TRIGGER count_access AFTER DELETE ON sessions
    FOR EACH ROW EXECUTE FUNCTION count_access();
CREATE TRIGGER count_access AFTER DELETE ON api_tokens
    FOR EACH ROW EXECUTE FUNCTION count_access();

CREATE FUNCTION count_own_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.access := OLD.access + 1;
    RETURN NEW;
END
$$;
CREATE TRIGGER count_own_access BEFORE UPDATE OF admin, disabled_at ON users
    FOR EACH ROW EXECUTE FUNCTION count_own_access();

-- A person who did something stays known, so that whoever was there when a
-- row was written still is. A foreign key would say the same and lock the
-- person's row at each save.
CREATE FUNCTION keep_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'people are disabled, not deleted';
END
$$;
CREATE TRIGGER keep_people BEFORE DELETE ON users
    FOR EACH STATEMENT EXECUTE FUNCTION keep_people();
ALTER TABLE change_sets DROP CONSTRAINT change_sets_author_id_fkey;
ALTER TABLE annotations DROP CONSTRAINT annotations_created_by_fkey, DROP CONSTRAINT annotations_updated_by_fkey;
ALTER TABLE links DROP CONSTRAINT links_created_by_fkey, DROP CONSTRAINT links_updated_by_fkey;
-- The write holds the codebook to be the project's, and that has a foreign key.
ALTER TABLE change_sets DROP CONSTRAINT change_sets_project_id_codebook_fkey;

-- Whoever inserts annotations counts them with the set's number, whose row is
-- written anyway. What changes afterwards is still counted by a trigger.
DROP TRIGGER count_added ON annotations;
DROP FUNCTION count_added_annotations();

-- Most annotations have one fragment, which is sound or not without a loop.
ALTER TABLE annotations DROP CONSTRAINT annotations_fragments_check;
ALTER TABLE annotations ADD CONSTRAINT annotations_fragments_check CHECK (
    CASE cardinality(fragments)
        WHEN 0 THEN true
        WHEN 1 THEN coalesce(lower(fragments[1]) >= 0 AND upper(fragments[1]) > 0, false)
        ELSE fragments_sound(fragments)
    END);
