DROP TABLE revisions, articles;
