"""fleetbill: from daily snapshots of vehicles to issued invoices, documents, 1C messages and access orders."""
