"""Platforms: one module per kind of telematics system behind one interface."""
