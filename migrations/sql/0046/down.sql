DROP TABLE master.address_changes;
