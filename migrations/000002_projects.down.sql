DROP TABLE invitations, members;
ALTER TABLE projects DROP CONSTRAINT projects_id_codebook_fkey;
DROP TABLE codebooks, projects;
