"""1C over HTTP: the objects of the outbox as entities of its standard OData interface, and payments read from there."""
