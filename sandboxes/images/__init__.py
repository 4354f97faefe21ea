"""Recipes of toolchain images, and the program that makes them without an image registry."""
