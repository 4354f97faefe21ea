"""The report: what a set of results says, as numbers, as plots and as one page of HTML."""
