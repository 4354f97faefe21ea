"""Messages between the processes of verifierd."""
