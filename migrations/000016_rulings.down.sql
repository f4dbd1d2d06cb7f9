ALTER TABLE projects DROP COLUMN causes;
DROP TABLE ruled_annotations;
DROP TABLE rulings;
