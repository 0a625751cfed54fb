// Bun's own HTTP server.
Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.argv[2]),
  idleTimeout: 75,
  routes: {
    "/plaintext": () => new Response("Hello, World!"),
    "/json": () => Response.json({ message: "Hello, World!" }),
  },
});
