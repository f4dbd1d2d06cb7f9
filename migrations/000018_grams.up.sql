-- What a text is searched by: which sequences of three bytes it has as it is
-- searched, made by the program (package find). NULL is not known yet: such a
-- text is looked through whatever is sought, until the program has filled it in.
ALTER TABLE revisions ADD COLUMN grams smallint[];
CREATE INDEX revisions_grams ON revisions USING gin (grams);
CREATE INDEX revisions_without_grams ON revisions (project_id) WHERE grams IS NULL;
