-- grain: one value: the revision that the schema is at
-- inputs: public.alembic_version
-- rerun: reads only
SELECT version_num FROM public.alembic_version
