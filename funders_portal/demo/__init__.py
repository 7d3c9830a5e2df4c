"""The demo: an invented portfolio that shows the shortfalls which a group of funders once described."""
