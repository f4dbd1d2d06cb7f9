DROP TABLE entity_differences;
DROP FUNCTION closeness(text, text);
DROP FUNCTION transliterated(text);
DROP TABLE entity_names, entities;
