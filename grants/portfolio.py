"""Grants as people find, read and edit them."""
