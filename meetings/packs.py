"""What a meeting's papers hold."""
