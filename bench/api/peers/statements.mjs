// The SQL of the servers on Node and Bun, as statements.py has it for those in Python.
export const TASK = [
  "id", "project_id", "title", "description", "status", "priority", "assignee_id", "parent_id",
  "estimate_hours", "due_at", "done_at", "version", "created_at", "updated_at", "deleted_at",
];
const PROJECT = [
  "id", "name", "description", "is_public", "owner_id", "closed_at",
  "version", "created_at", "updated_at", "deleted_at",
];
const USER = ["id", "email", "name", "version", "created_at", "updated_at", "deleted_at"];

export const GIVEN = TASK.slice(1, 11);

const ALL = TASK.join(", ");
const aliased = (table, columns) => columns.map((one) => `${table}.${one} AS ${table}_${one}`);
const JOINED = [
  ...TASK.map((one) => `t.${one}`), ...aliased("p", PROJECT), ...aliased("a", USER),
].join(", ");

export const BY_KEY = `SELECT ${ALL} FROM tasks WHERE id = $1 AND deleted_at IS NULL`;
export const CREATE =
  `INSERT INTO tasks (${GIVEN.join(", ")}) ` +
  `VALUES (${GIVEN.map((_, index) => `$${index + 1}`).join(", ")}) RETURNING ${ALL}`;
export const RECORD =
  "INSERT INTO task_history (task_id, operation, data) VALUES ($1, 'insert', $2)";

export const ORDERS = { "-id": "t.id DESC", "-priority": "t.priority DESC, t.id DESC" };
export const STATUSES = ["todo", "doing", "done"];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const isUUID = (text) => UUID.test(text);

// What a list asks for, its parameters checked; null where they are not right.
export function readQuestion(parameters) {
  const asked = {
    limit: Number(parameters.get("limit") ?? 20),
    project_id: parameters.get("project_id"),
    status: parameters.get("status"),
    sort: parameters.get("sort") ?? "-id",
    count: parameters.get("count") === "true",
    expand: parameters.get("expand") === "true",
  };
  const right =
    Number.isInteger(asked.limit) && asked.limit >= 1 && asked.limit <= 100 &&
    asked.sort in ORDERS &&
    (asked.project_id === null || isUUID(asked.project_id)) &&
    (asked.status === null || STATUSES.includes(asked.status));
  return right ? asked : null;
}

export function listOf({ project_id, status, sort, expand }) {
  const conditions = ["t.deleted_at IS NULL"];
  const values = [];
  for (const [column, value] of [["project_id", project_id], ["status", status]]) {
    if (value != null) conditions.push(`t.${column} = $${values.push(value)}`);
  }
  const condition = conditions.join(" AND ");
  const columns = expand ? JOINED : ALL;
  const joins = expand
    ? " JOIN projects p ON p.id = t.project_id LEFT JOIN users a ON a.id = t.assignee_id"
    : "";
  return {
    values,
    page:
      `SELECT ${columns} FROM tasks t${joins} WHERE ${condition} ` +
      `ORDER BY ${ORDERS[sort]} LIMIT $${values.length + 1}`,
    count: `SELECT count(*)::int AS total FROM tasks t WHERE ${condition}`,
  };
}

const pick = (row, prefix, columns) => {
  const picked = {};
  for (const one of columns) picked[one] = row[`${prefix}_${one}`];
  return picked;
};

// A row of a page with `expand` as an object with objects in it.
export function nest(row) {
  const task = {};
  for (const one of TASK) task[one] = row[one];
  task.project = pick(row, "p", PROJECT);
  task.assignee = row.assignee_id === null ? null : pick(row, "a", USER);
  return task;
}

// The faults of a new task's body; empty where it is right.
export function faultsOf(body) {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return ["body"];
  const optional = (value, check) => value == null || check(value);
  const isTime = (value) => typeof value === "string" && !Number.isNaN(Date.parse(value));
  const checks = {
    project_id: isUUID,
    title: (one) => typeof one === "string" && one.length >= 1 && one.length <= 200,
    description: (one) =>
      optional(one, (it) => typeof it === "string" && it.length >= 1 && it.length <= 10_000),
    status: (one) => one === undefined || STATUSES.includes(one),
    priority: (one) => one === undefined || (Number.isInteger(one) && one >= 1 && one <= 5),
    assignee_id: (one) => optional(one, isUUID),
    parent_id: (one) => optional(one, isUUID),
    estimate_hours: (one) => optional(one, (it) => /^\d{1,4}(\.\d{1,2})?$/.test(String(it))),
    due_at: (one) => optional(one, isTime),
    done_at: (one) => optional(one, isTime),
  };
  const faults = Object.keys(checks).filter((name) => !checks[name](body[name]));
  return faults.concat(Object.keys(body).filter((name) => !(name in checks)));
}

export const valuesOf = (body) =>
  GIVEN.map((name) => body[name] ?? { status: "todo", priority: 3 }[name] ?? null);
