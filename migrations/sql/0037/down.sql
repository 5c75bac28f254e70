-- Takes the digests of lake files back; an earlier version does not know them.
DROP TABLE evidence.lake_files;
