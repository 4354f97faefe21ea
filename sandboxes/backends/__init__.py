"""Ways to make a container; each makes it and nothing else."""
