"""The fields of the 360Giving standard, as JSON paths and as spreadsheet titles."""
