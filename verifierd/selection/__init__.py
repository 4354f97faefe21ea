"""Selection: candidates that behave the same form clusters, and rules pick from them."""
