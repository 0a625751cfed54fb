// Fastify, with the response schema that its documentation asks for.
import { createRequire } from "node:module";

// Installed beside the harness, not beside this file.
const fastify = createRequire(process.env.BENCH_NODE_PACKAGES + "/")("fastify");

const app = fastify({ keepAliveTimeout: 75_000 });

const schema = {
  response: { 200: { type: "object", properties: { message: { type: "string" } } } },
};

app.get("/plaintext", async (request, reply) => {
  reply.type("text/plain; charset=utf-8");
  return "Hello, World!";
});

app.get("/json", { schema }, async () => ({ message: "Hello, World!" }));

await app.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 2048 });
