-- Takes calendars away; refused where they hold rows of master data, or a step waits for a working day.
DO $$
BEGIN
    IF EXISTS (SELECT FROM master.calendar) OR EXISTS (SELECT FROM master.ladder WHERE on_days_off <> 'stay') THEN
        RAISE EXCEPTION 'master.calendar is not empty, or a step waits for a working day: retire these rows first';
    END IF;
END
$$;
ALTER TABLE master.ladder DROP COLUMN on_days_off;
DROP TABLE master.calendar;
