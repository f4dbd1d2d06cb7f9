DROP TABLE entity_names, entities;
DROP FUNCTION folded(text);
DROP EXTENSION unaccent;
DROP EXTENSION pg_trgm;
