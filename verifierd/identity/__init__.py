"""Who calls: tenants, tokens and what they may do, and how much of the service each may use."""
