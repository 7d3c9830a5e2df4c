"""One raw row into a clean grant, with a line for every repair and refusal."""
