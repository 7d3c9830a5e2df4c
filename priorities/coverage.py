"""Money by any two dimensions, exact to the penny."""
