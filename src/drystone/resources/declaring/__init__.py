"""From what an application says of a resource to what is served: read, and checked at start."""
