"""Doors of this room: grants as people find and edit them, and files on their way in."""
