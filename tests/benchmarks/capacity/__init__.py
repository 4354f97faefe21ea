"""How a fleet of workers fares under a load: simulated, and held against the real executor."""
