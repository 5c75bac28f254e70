-- What a block takes with it besides share links: the users under an account, and its vehicles one by one.
ALTER TABLE master.platforms ADD COLUMN block_sub_users boolean NOT NULL DEFAULT false;
ALTER TABLE master.platforms ADD COLUMN block_vehicles boolean NOT NULL DEFAULT false;
ALTER TABLE master.accounts ADD COLUMN block_sub_users boolean;   -- NULL: as its platform
ALTER TABLE master.accounts ADD COLUMN block_vehicles boolean;
