"""The pages: each reads what an address asks for, and fills a template."""
