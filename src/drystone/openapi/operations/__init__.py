"""Routes → operations: generated ones from their resource, others from what they declare."""
