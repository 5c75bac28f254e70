-- grain: one state of a day's file that was read
-- inputs: :platform, :business_date, :file_name, :stamp, :at
-- rerun: nothing happens when this state was read before
INSERT INTO evidence.files_read (platform, business_date, file_name, stamp, at)
VALUES (:platform, :business_date, :file_name, :stamp, :at)
ON CONFLICT (platform, business_date, file_name, stamp) DO NOTHING
