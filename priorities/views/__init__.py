"""Doors of this room: sorting grants, and what the group agreed and watches."""
