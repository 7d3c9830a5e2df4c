"""What came of it; tables come with outcome reports."""
