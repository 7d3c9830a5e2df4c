"""Which steps of the ladder are due."""
