// Node's own HTTP server.
import { createServer } from "node:http";

const server = createServer((request, response) => {
  const json = request.url === "/json";
  const body = json ? JSON.stringify({ message: "Hello, World!" }) : "Hello, World!";
  response.writeHead(200, {
    "Content-Type": json ? "application/json" : "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
});

server.keepAliveTimeout = 75_000;
server.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 2048 });
