"""What finance reads that belongs to no paper: leakage, and what has changed since the month before."""
