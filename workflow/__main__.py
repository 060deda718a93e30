"""``python -m landsweep``."""

import sys

if sys.argv[1:2] == ["run"]:  # before anything that takes time: a signal may come any time
    from landsweep.base import stop

    stop.listen()

from landsweep.cli.main import main

if __name__ == "__main__":
    main()
