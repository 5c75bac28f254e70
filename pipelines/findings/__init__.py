"""Findings: what somebody must look at, written by every room, read by people (domain.md §10)."""
