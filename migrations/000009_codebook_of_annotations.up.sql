-- The version of the codebook under which an annotation was last put. Rows
-- that a server of the version before writes meanwhile get the first, which
-- every project begins with. Not a foreign key: what was imported keeps the
-- number it had, and what that version said may not have come along.
ALTER TABLE annotations ADD COLUMN codebook integer NOT NULL DEFAULT 1 CHECK (codebook >= 1);

-- The log knows: the first change set that put the annotation as it is, or as
-- it last was before it was deleted.
UPDATE annotations a SET codebook = put.codebook
FROM (SELECT DISTINCT ON (c.project_id, p.id) c.project_id, p.id, c.codebook
      FROM change_sets c
      CROSS JOIN json_array_elements(c.operations) AS o (operation)
      CROSS JOIN json_to_record(o.operation -> 'annotation') AS p (id uuid, version integer)
      JOIN annotations was ON was.project_id = c.project_id AND was.id = p.id AND p.version <= was.edited
      WHERE o.operation ->> 'op' = 'put'
            AND (c.project_id, c.set_id) IN (SELECT project_id, set_id FROM change_sets WHERE codebook > 1)
      ORDER BY c.project_id, p.id, p.version DESC, c.seq) AS put
WHERE a.project_id = put.project_id AND a.id = put.id AND put.codebook > 1;
