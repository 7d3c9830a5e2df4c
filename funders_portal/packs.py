"""Meeting papers drawn as documents."""
