"""Suggestions made, confirmed and overruled; a person's word stands."""
