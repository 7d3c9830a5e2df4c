"""What the portal writes to people; it comes with outcome reports, which are the first to write."""
