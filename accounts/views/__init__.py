"""Doors of this room: signing in, organisations, people, and the group's own pages."""
