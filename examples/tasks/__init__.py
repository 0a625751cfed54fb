"""A task tracker: users, projects, and the tasks in them.

Run it with `make run`. Read `app.py` first, then `tasks.py`.
"""
