"""Evidence: the gate, the lake, and the registry of what landed, was refused, accepted, withdrawn or carried."""
