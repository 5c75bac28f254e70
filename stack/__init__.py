"""The stack on one machine: embedded PostgreSQL and Airflow's processes, started, watched and stopped together."""
