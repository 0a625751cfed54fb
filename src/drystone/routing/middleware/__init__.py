"""The built-in middleware, one small class each.

A request goes down, its answer comes back up:

      RequestID         names the request
      AccessLog         times it, and writes one line when the answer has ended
      SecurityHeaders   adds what every answer carries, errors too
      CORS              says which other sites may read it; answers preflights
      Compression       gzip or zstd, where it is worth it
      Errors            turns whatever is raised below into a response
      HostCheck         refuses hosts that are not served here
      ( the application's own middleware )
    ─────────────────── the route is found: 404, 405, redirects, OPTIONS
      Timeout           gives the handler a time to answer in; not on exempt routes
      BodyLimit         refuses a body over the route's bound
      ( the router's and the route's own middleware )
      handler

What stands above `Errors` must not fail for anything that a caller sends, because
nothing above it makes an exception into an answer of its own. What may refuse a
request stands below it.

`stack` puts the upper half together; `RouteDefaults` the lower one, per route.
"""
