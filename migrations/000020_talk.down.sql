DROP TABLE notifications;
DROP TABLE mails;
ALTER TABLE users DROP COLUMN mail;
DROP TABLE norming_votes;
DROP TABLE normings;
DROP TRIGGER count_resolved ON comments;
DROP INDEX comments_open;
ALTER TABLE comments DROP COLUMN reply_to, DROP COLUMN resolved_by, DROP COLUMN resolved_at;
