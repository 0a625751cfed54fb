"""One failure, told to several callers.

An exception that is raised in many tasks collects the traceback of each of them, and a
note that one adds is read by all. So each raises a copy.
"""

from __future__ import annotations

from typing import TypeVar

E = TypeVar("E", bound=Exception)


def copy_error(error: E) -> E:
    """Return an exception of the same class that says the same, to be raised by itself.

    It has the cause of `error`, and the traceback up to where that was raised. Its class
    is not called: its arguments may be others than those that `args` holds.

    >>> error = KeyError("a"); copy_error(error) is error, copy_error(error).args
    (False, ('a',))
    """
    copy = type(error).__new__(type(error), *error.args)
    copy.__dict__.update(error.__dict__)
    if notes := getattr(error, "__notes__", None):
        copy.__notes__ = list(notes)
    copy.__cause__ = error.__cause__
    copy.__suppress_context__ = error.__suppress_context__
    return copy.with_traceback(error.__traceback__)
