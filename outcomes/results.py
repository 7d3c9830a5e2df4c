"""What came of it, across the portfolio."""
