"""The finance desk: a month at a glance, decisions on it, and what waits for finance, as pages inside Airflow's interface.

Readings are put together from those of other rooms; every action is the use-case that the command line and the DAGs call.
"""
