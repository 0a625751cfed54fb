/// <reference path="../pb_data/types.d.ts" />
// The tracker's collections. Ids are those of the sample, new ones are PocketBase's own kind.
migrate((app) => {
  const id = {
    name: "id", type: "text", primaryKey: true, required: true, system: true,
    min: 15, max: 36, pattern: "^[a-z0-9-]+$", autogeneratePattern: "[a-z0-9]{15}",
  };
  const open = { listRule: "", viewRule: "", createRule: "" };
  const times = [
    { name: "version", type: "number" },
    { name: "created_at", type: "autodate", onCreate: true },
    { name: "updated_at", type: "autodate", onCreate: true, onUpdate: true },
    { name: "deleted_at", type: "date" },
  ];
  const text = (name, max, required) => ({ name, type: "text", max, required });
  const collections = {};
  const save = (name, fields, indexes = []) => {
    const collection = new Collection({
      type: "base", name, ...open, fields: [id, ...fields, ...times], indexes,
    });
    app.save(collection);
    collections[name] = collection.id;
  };
  const reference = (name, to, required) => ({
    name, type: "relation", collectionId: collections[to], maxSelect: 1, required,
  });

  save("people", [{ name: "email", type: "email", required: true }, text("name", 100, true)]);
  save("projects", [
    text("name", 100, true), text("description", 10000, false),
    { name: "is_public", type: "bool" }, reference("owner", "people", true),
    { name: "closed_at", type: "date" },
  ]);
  save("tasks", [
    reference("project", "projects", true),
    text("title", 200, true), text("description", 10000, false),
    { name: "status", type: "select", values: ["todo", "doing", "done"], maxSelect: 1 },
    { name: "priority", type: "number", onlyInt: true, min: 1, max: 5 },
    reference("assignee", "people", false),
    text("parent", 36, false),
    { name: "estimate_hours", type: "number" },
    { name: "due_at", type: "date" }, { name: "done_at", type: "date" },
  ], [
    "CREATE INDEX tasks_project ON tasks (project, status, priority DESC)",
    "CREATE INDEX tasks_assignee ON tasks (assignee)",
    "CREATE INDEX tasks_parent ON tasks (parent)",
    "CREATE INDEX tasks_due_at ON tasks (due_at) WHERE status <> 'done'",
  ]);
  app.save(new Collection({
    type: "base", name: "task_history", fields: [
      text("task_id", 36, true), text("operation", 10, true), { name: "data", type: "json" },
      { name: "changed_at", type: "autodate", onCreate: true },
    ],
    indexes: ["CREATE INDEX task_history_task ON task_history (task_id)"],
  }));
});
