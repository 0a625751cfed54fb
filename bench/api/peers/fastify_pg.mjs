// Fastify with @fastify/postgres: schemas for what comes in and what goes out.
import { createRequire } from "node:module";
import { BY_KEY, CREATE, RECORD, STATUSES, listOf, nest, valuesOf } from "./statements.mjs";

// Installed beside the harness, not beside this file.
const fastify = createRequire(process.env.BENCH_NODE_PACKAGES + "/")("fastify");
const load = createRequire(process.env.BENCH_PG_PACKAGES + "/");
const { types } = load("pg");
types.setTypeParser(types.builtins.INT8, Number);

const app = fastify({ keepAliveTimeout: 75_000 });
await app.register(load("@fastify/postgres"), {
  connectionString: process.env.DATABASE_URL, min: 10, max: 10,
});

const nullable = (schema) => ({ ...schema, nullable: true });
const uuid = { type: "string", format: "uuid" };
const time = { type: "string", format: "date-time" };
const text = { type: "string" };
const stored = {
  version: { type: "integer" }, created_at: time, updated_at: time, deleted_at: nullable(time),
};
const task = {
  id: uuid, project_id: uuid, title: text, description: nullable(text), status: text,
  priority: { type: "integer" }, assignee_id: nullable(uuid), parent_id: nullable(uuid),
  estimate_hours: nullable(text), due_at: nullable(time), done_at: nullable(time), ...stored,
};
const project = {
  id: uuid, name: text, description: nullable(text), is_public: { type: "boolean" },
  owner_id: uuid, closed_at: nullable(time), ...stored,
};
const user = { id: uuid, email: text, name: text, ...stored };
const object = (properties) => ({ type: "object", properties });
const page = (row) =>
  object({ data: { type: "array", items: row }, total: nullable({ type: "integer" }) });

const newTask = {
  type: "object",
  required: ["project_id", "title"],
  additionalProperties: false,
  properties: {
    project_id: uuid,
    title: { type: "string", minLength: 1, maxLength: 200 },
    description: nullable({ type: "string", minLength: 1, maxLength: 10_000 }),
    status: { enum: STATUSES, default: "todo" },
    priority: { type: "integer", minimum: 1, maximum: 5, default: 3 },
    assignee_id: nullable(uuid),
    parent_id: nullable(uuid),
    estimate_hours: nullable({ type: "string", pattern: "^\\d{1,4}(\\.\\d{1,2})?$" }),
    due_at: nullable(time),
    done_at: nullable(time),
  },
};
const question = {
  type: "object",
  properties: {
    limit: { type: "integer", minimum: 1, maximum: 100, default: 20 },
    project_id: uuid,
    status: { enum: STATUSES },
    sort: { enum: ["-id", "-priority"], default: "-id" },
    count: { type: "boolean", default: false },
    expand: { type: "boolean", default: false },
  },
};

// pg prepares a statement with a name once for each connection.
const names = new Map();
function prepared(text, values) {
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = `s${names.size}`));
  return { name, text, values };
}

app.get(
  "/tasks/:id",
  { schema: { params: object({ id: uuid }), response: { 200: object(task) } } },
  async (request, reply) => {
    const { rows } = await app.pg.query(prepared(BY_KEY, [request.params.id]));
    return rows[0] ?? reply.code(404).send({ detail: "not found" });
  },
);

async function answerList(asked) {
  const { page, count, values } = listOf(asked);
  const client = await app.pg.connect();
  try {
    const { rows } = await client.query(prepared(page, [...values, asked.limit]));
    const counted = asked.count ? await client.query(prepared(count, values)) : null;
    return {
      data: asked.expand ? rows.map(nest) : rows,
      total: counted && counted.rows[0].total,
    };
  } finally {
    client.release();
  }
}

// One schema for both shapes: what is not there is not written.
const row = object({ ...task, project: object(project), assignee: nullable(object(user)) });
app.get(
  "/tasks",
  { schema: { querystring: question, response: { 200: page(row) } } },
  (request) => answerList(request.query),
);

app.post(
  "/tasks",
  { schema: { body: newTask, response: { 201: object(task) } } },
  async (request, reply) => {
    const created = await app.pg.transact(async (client) => {
      const { rows } = await client.query(prepared(CREATE, valuesOf(request.body)));
      await client.query(prepared(RECORD, [rows[0].id, JSON.stringify(rows[0])]));
      return rows[0];
    });
    return reply.code(201).send(created);
  },
);

await app.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 2048 });
