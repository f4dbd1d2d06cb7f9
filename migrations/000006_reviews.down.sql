DROP TABLE comments, reviews;
