// Node's own HTTP server with pg: its pool, statements prepared by name.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import {
  BY_KEY, CREATE, RECORD, faultsOf, isUUID, listOf, nest, readQuestion, valuesOf,
} from "./statements.mjs";

// Installed beside the harness, not beside this file.
const { Pool, types } = createRequire(process.env.BENCH_PG_PACKAGES + "/")("pg");
types.setTypeParser(types.builtins.INT8, Number);

const pool = new Pool({ connectionString: process.env.DATABASE_URL, min: 10, max: 10 });

// A name for each text: pg prepares a statement with a name once for each connection.
const names = new Map();
function prepared(text, values) {
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = `s${names.size}`));
  return { name, text, values };
}

function answer(response, status, value) {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}

async function read(response, id) {
  const { rows } = isUUID(id) ? await pool.query(prepared(BY_KEY, [id])) : { rows: [] };
  if (rows.length) answer(response, 200, rows[0]);
  else answer(response, 404, { detail: "not found" });
}

async function list(response, parameters) {
  const asked = readQuestion(parameters);
  if (asked === null) return answer(response, 422, { detail: "wrong parameters" });
  const { page, count, values } = listOf(asked);
  const client = await pool.connect();
  try {
    const { rows } = await client.query(prepared(page, [...values, asked.limit]));
    const counted = asked.count ? await client.query(prepared(count, values)) : null;
    const data = asked.expand ? rows.map(nest) : rows;
    answer(response, 200, { data, total: counted && counted.rows[0].total });
  } finally {
    client.release();
  }
}

async function create(request, response) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  let body;
  try {
    body = JSON.parse(Buffer.concat(pieces));
  } catch {
    return answer(response, 400, { detail: "not JSON" });
  }
  const faults = faultsOf(body);
  if (faults.length) return answer(response, 422, { detail: faults });
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const { rows } = await client.query(prepared(CREATE, valuesOf(body)));
    await client.query(prepared(RECORD, [rows[0].id, JSON.stringify(rows[0])]));
    await client.query("COMMIT");
    answer(response, 201, rows[0]);
  } catch (error) {
    await client.query("ROLLBACK");
    if (!error.code?.startsWith("23")) throw error;
    answer(response, 409, { detail: error.message });
  } finally {
    client.release();
  }
}

function handle(request, response) {
  const [path, query] = request.url.split("?");
  if (path === "/tasks") {
    if (request.method === "GET") return list(response, new URLSearchParams(query));
    if (request.method === "POST") return create(request, response);
  } else if (path.startsWith("/tasks/") && request.method === "GET") {
    return read(response, path.slice("/tasks/".length));
  }
  return answer(response, 404, { detail: "not found" });
}

const server = createServer(async (request, response) => {
  try {
    await handle(request, response);
  } catch (error) {
    answer(response, 500, { detail: error.message });
  }
});

server.keepAliveTimeout = 75_000;
server.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 2048 });
