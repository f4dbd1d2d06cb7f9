DROP TRIGGER count_changed ON annotations;
DROP TRIGGER count_added ON annotations;
DROP FUNCTION count_changed_annotations();
DROP FUNCTION count_added_annotations();
ALTER TABLE annotation_sets RESET (fillfactor);
ALTER TABLE annotation_sets DROP COLUMN untagged, DROP COLUMN open, DROP COLUMN disputed, DROP COLUMN done;
ALTER TABLE annotation_sets DROP COLUMN annotations, DROP COLUMN claims_unreviewed, DROP COLUMN claims_approved,
    DROP COLUMN claims_disputed, DROP COLUMN claims_rejected, DROP COLUMN claims_changes_requested;
