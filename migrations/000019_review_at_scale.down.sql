ALTER TABLE projects DROP COLUMN quorum, DROP COLUMN quorum_counted;
