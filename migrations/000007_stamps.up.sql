-- Counters by which a reader that kept an article's page knows, from one row,
-- whether it is still what it was. Triggers keep them, so that no writer can
-- forget to.
ALTER TABLE annotation_sets ADD COLUMN remarks bigint NOT NULL DEFAULT 0;
ALTER TABLE projects ADD COLUMN entity_changes bigint NOT NULL DEFAULT 0;

CREATE FUNCTION count_remarks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE annotation_sets s SET remarks = s.remarks + 1
    FROM (SELECT DISTINCT a.project_id, a.set_id
          FROM changed c JOIN annotations a ON a.project_id = c.project_id AND a.id = c.claim_id) t
    WHERE s.project_id = t.project_id AND s.id = t.set_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_remarks AFTER INSERT ON reviews
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_remarks();
CREATE TRIGGER count_remarks AFTER INSERT ON comments
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_remarks();

CREATE FUNCTION count_entity_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE projects p SET entity_changes = p.entity_changes + 1
    FROM (SELECT DISTINCT project_id FROM changed) t
    WHERE p.id = t.project_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_added AFTER INSERT ON entities
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_entity_changes();
CREATE TRIGGER count_updated AFTER UPDATE ON entities
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_entity_changes();
CREATE TRIGGER count_added AFTER INSERT ON entity_names
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_entity_changes();
CREATE TRIGGER count_deleted AFTER DELETE ON entity_names
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_entity_changes();

-- Articles show the names of people.
CREATE FUNCTION count_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE projects SET entity_changes = entity_changes + 1;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_renamed AFTER UPDATE OF name ON users
    FOR EACH STATEMENT EXECUTE FUNCTION count_renamed();
