ALTER TABLE bulk_changes DROP COLUMN hand;
DROP TABLE assignments;
DROP FUNCTION count_assignments();
DROP INDEX annotation_sets_pool;
DROP INDEX annotation_sets_apart;
ALTER TABLE annotation_sets DROP COLUMN assigned;
ALTER TABLE projects DROP COLUMN mode, DROP COLUMN pool;
