"""The gRPC face of the daemon: messages in and out, and nothing else."""
