"""What the DAGs of this folder share: policy, alerts, the question to a person, and tasks that several of them have."""
