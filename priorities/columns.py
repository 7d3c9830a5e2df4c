"""The portfolio in memory, re-reading only what changed."""
