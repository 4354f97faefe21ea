"""Where the shapes of a drawing lie; the templates draw them as inline SVG, in the style sheet's colours."""
