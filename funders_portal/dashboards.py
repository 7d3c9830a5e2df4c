"""Pages that look over the whole portfolio."""
