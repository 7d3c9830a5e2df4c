"""What the funders decided; tables come with meetings."""
