DROP TABLE entity_names, entities;
