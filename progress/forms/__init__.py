"""Forms of the desk: they read what people type, and say what cannot be read."""
