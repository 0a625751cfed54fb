"""Both doors to the ASGI world: hosting its applications, and being hosted."""
