"""The plots of the page: SVG that takes its colours from the page, and holds no text of the results."""
