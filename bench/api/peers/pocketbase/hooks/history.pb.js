/// <reference path="../pb_data/types.d.ts" />
// A line of history with each new task, in one transaction.
onRecordCreate((e) => {
  const app = e.app;
  app.runInTransaction((transaction) => {
    e.app = transaction;
    e.next();
    const history = transaction.findCachedCollectionByNameOrId("task_history");
    const record = new Record(history, {
      task_id: e.record.id, operation: "insert", data: e.record.publicExport(),
    });
    transaction.save(record);
  });
  e.app = app;
}, "tasks");
