"""The one PostgreSQL: engine, statements by name, embedded server, migrations, turns."""
