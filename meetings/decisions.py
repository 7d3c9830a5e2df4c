"""What was decided, and who does what by when."""
