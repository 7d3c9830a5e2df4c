"""The portfolio's columns in memory: laid out, read, saved and mapped. Who asks for figures uses priorities.columns."""
