"""Pages that look over the whole portfolio, one module a page."""
