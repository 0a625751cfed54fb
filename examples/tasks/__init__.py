"""A task tracker: users, projects, and the tasks in them.

Run it with `make run`. Read `models.py` first, then `resources.py`.
"""
