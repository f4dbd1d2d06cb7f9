ALTER TABLE annotations DROP COLUMN codebook;
