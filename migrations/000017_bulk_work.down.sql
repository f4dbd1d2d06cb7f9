ALTER TABLE bulk_parts DROP COLUMN todo;
ALTER TABLE bulk_changes DROP COLUMN worked_on_until;
