"""What may be shown of figures that count people; the rules come with the first such figures, outcome reports."""
