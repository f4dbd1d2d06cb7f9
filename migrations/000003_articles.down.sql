DROP TABLE revisions;
DROP FUNCTION article_query(text, boolean);
DROP FUNCTION article_search(text, text);
DROP TABLE articles;
DROP TEXT SEARCH CONFIGURATION folded;
DROP FUNCTION folded(text);
DROP EXTENSION unaccent;
DROP EXTENSION pg_trgm;
