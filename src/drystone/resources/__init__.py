"""Resources: the operations of HTTP on the rows of a model."""
