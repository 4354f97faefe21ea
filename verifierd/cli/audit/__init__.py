"""The commands of `verifierd audit`: what was recorded, and whether it still stands as it was written."""
