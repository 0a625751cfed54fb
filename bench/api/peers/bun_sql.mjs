// Bun's own HTTP server with its own SQL client.
import { SQL } from "bun";
import {
  BY_KEY, CREATE, RECORD, faultsOf, isUUID, listOf, nest, readQuestion, valuesOf,
} from "./statements.mjs";

const sql = new SQL(process.env.DATABASE_URL, { max: 10 });

const refuse = (status, detail) => Response.json({ detail }, { status });

async function read(request) {
  const { id } = request.params;
  const rows = isUUID(id) ? await sql.unsafe(BY_KEY, [id]) : [];
  return rows.length ? Response.json(rows[0]) : refuse(404, "not found");
}

async function list(request) {
  const asked = readQuestion(new URL(request.url).searchParams);
  if (asked === null) return refuse(422, "wrong parameters");
  const { page, count, values } = listOf(asked);
  // Both travel on connections of their own, as its documentation has it.
  const [rows, counted] = await Promise.all([
    sql.unsafe(page, [...values, asked.limit]),
    asked.count ? sql.unsafe(count, values) : null,
  ]);
  const data = asked.expand ? rows.map(nest) : rows;
  return Response.json({ data, total: counted && counted[0].total });
}

async function create(request) {
  const body = await request.json().catch(() => null);
  const faults = faultsOf(body);
  if (faults.length) return refuse(422, faults);
  try {
    const stored = await sql.begin(async (transaction) => {
      const [row] = await transaction.unsafe(CREATE, valuesOf(body));
      await transaction.unsafe(RECORD, [row.id, row]);
      return row;
    });
    return Response.json(stored, { status: 201 });
  } catch (error) {
    if (!error.errno?.startsWith("23")) throw error;
    return refuse(409, error.message);
  }
}

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.argv[2]),
  idleTimeout: 75,
  routes: {
    "/tasks": { GET: list, POST: create },
    "/tasks/:id": { GET: read },
  },
});
