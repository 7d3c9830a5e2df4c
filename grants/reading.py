"""Files into rows: JSON, CSV and XLSX, streamed."""
