"""The command line: one lazily imported file per group of commands. Reads the clock, prints, and nothing else."""
