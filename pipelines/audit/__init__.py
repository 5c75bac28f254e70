"""The audit of one invoice: recomputed from the evidence that was kept with it, down to vehicle and day."""
