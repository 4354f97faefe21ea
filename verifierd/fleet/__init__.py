"""The fleet: workers on any number of machines, reached through NATS JetStream."""
