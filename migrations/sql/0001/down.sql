-- Takes the first schema back, and its data with it. The role stays: other databases of the server may use it.
DROP SCHEMA delivery, access, receivables, billing, findings, usage, evidence, master CASCADE;
DROP FUNCTION public.refuse_change();
