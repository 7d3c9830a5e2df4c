"""A file's way in: received, read, shown, applied, undone."""
