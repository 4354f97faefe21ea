"""The commands: one module each, put together in `main`."""
