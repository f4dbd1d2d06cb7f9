DROP TABLE bulk_parts;
DROP TABLE bulk_changes;
