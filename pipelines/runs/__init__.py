"""Runs of a month, the use-cases that cross rooms: prepay, watch, close, correct."""
