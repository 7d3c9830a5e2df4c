"""The whole story of one grant."""
