"""The server with a recorder in a troubled world: `python -m tests.integration.troubled serve …`.

What stands in the environment as TROUBLE_NAME is NAME for the recorder's worker.
"""

import os
import sys

from hearing_server.__main__ import main
from hearing_server.services.worker_link import process

PREFIX = "TROUBLE_"

if __name__ == "__main__":
    process.WORKER_ENVIRONMENT |= {
        name.removeprefix(PREFIX): value
        for name, value in os.environ.items()
        if name.startswith(PREFIX)
    }
    sys.exit(main())
