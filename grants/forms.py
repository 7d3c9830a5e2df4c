"""What people fill in about grants and files."""
