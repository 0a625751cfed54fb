"""The servers that are measured, each written as its documentation has it.

    GET  /tasks/{id}                                             a task
    GET  /tasks?limit=20[&expand=true]                           the newest, with what they refer to
    GET  /tasks?limit=20&project_id=…&status=…&sort=-priority&count=true
                                                                 a project's, and how many there are
    POST /tasks                                                  a new one, and its line of history

Lists answer `{"data": […], "total": …}`, the total null where it was not asked for. Django
REST framework and PocketBase have lists of their own.
"""
