"""Figures that hold still."""
