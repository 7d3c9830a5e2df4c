"""What may be shown of figures that count people; the rules come with outcome reports, which are the first to hold any."""
