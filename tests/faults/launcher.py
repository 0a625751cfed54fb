"""Runs a supervisor with the configuration of one JSON argument, and logs to stderr."""

import json
import logging
import sys

from drystone.http.limits import Limits
from drystone.http.processes.serve_config import ServeConfig
from drystone.http.processes.supervisor import serve


def main() -> int:
    members = json.loads(sys.argv[1])
    members["limits"] = Limits(**members.pop("limits", {}))
    members["reload_dirs"] = tuple(members.pop("reload_dirs", ()))
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.INFO)
    return serve(ServeConfig(**members))


if __name__ == "__main__":
    sys.exit(main())
