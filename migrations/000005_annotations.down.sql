DROP TABLE links, annotations;
DROP FUNCTION fragments_sound(int4range[]);
DROP TABLE change_sets, annotation_sets;
