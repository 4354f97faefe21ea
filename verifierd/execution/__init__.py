"""Execution: a candidate's runs go to sandboxes, outcomes come back, failures of ours are made good."""
