"""The sample company: invented names, real checksums, and every story of the domain in it."""
