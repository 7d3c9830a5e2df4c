"""Where coverage falls short of what the group watches."""
