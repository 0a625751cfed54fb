"""From a request to its handler: router, middleware chain, errors to responses."""
