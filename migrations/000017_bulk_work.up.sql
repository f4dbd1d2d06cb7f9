-- What a bulk change is to do is taken down before it is done, so that it can be
-- gone on with: the time of whoever does it is limited, and servers go down.
ALTER TABLE bulk_changes ADD COLUMN worked_on_until timestamptz; -- NULL: by nobody

ALTER TABLE bulk_parts ADD COLUMN todo json; -- places or claims; NULL: nothing any more
