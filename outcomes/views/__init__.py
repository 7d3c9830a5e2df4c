"""Pages about reports: the charity writes, the funder answers."""
