"""What the demo prints at its end: read from the warehouse, nothing remembered from the run."""
