-- The language somebody chose for the interface, as a BCP 47 tag; NULL is
-- whatever their browser asks for.
ALTER TABLE users ADD COLUMN language text CHECK (language ~ '^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$' AND length(language) <= 35);
