-- Takes the register of sensors back; refused where there are any: evidence is not dropped.
DO $$
BEGIN
    IF EXISTS (SELECT FROM evidence.sensor_lists) THEN
        RAISE EXCEPTION 'evidence.sensor_lists is not empty: evidence is not dropped';
    END IF;
END
$$;
DROP TABLE evidence.sensor_lists;
