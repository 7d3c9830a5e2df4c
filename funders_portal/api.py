"""The API's doors that join rooms."""
