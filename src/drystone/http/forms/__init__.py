"""Bodies that are forms, read as they arrive: fields and uploads."""
