DROP INDEX revisions_without_grams;
DROP INDEX revisions_grams;
ALTER TABLE revisions DROP COLUMN grams;
