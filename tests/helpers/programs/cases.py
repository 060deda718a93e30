"""Execute the command lines or programs that appear in the folder argv[1], one by one, on every rank (``ranked``)."""

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from support import called

OWN = ("PMI_", "OMPI_", "MPIR_", "HYDI_")
"""How variables begin by which MPI finds the other ranks."""


def await_case(path: Path) -> bool:
    """Wait for a case; return whether there is one: not where the tests have ended.

    The longer nothing has come, the more rarely it looks: ranks that wait must not take the time of tests that compute.
    """
    begin = time.monotonic()
    while not path.exists():
        alone = not Path(f"/proc/{os.environ['TEST_PROCESS']}").exists() and Path("/proc/self").exists()
        if (path.parent / "end").exists() or alone:
            return False
        time.sleep(min(0.2, 0.005 + (time.monotonic() - begin) / 50))
    return True


def main() -> None:
    """Answer case after case."""
    folder, rank = Path(sys.argv[1]), os.environ["PMI_RANK"]
    launched = {name: value for name, value in os.environ.items() if name.startswith(OWN)}
    case = 0
    while await_case(folder / f"{case}.json"):
        data = json.loads((folder / f"{case}.json").read_text())
        done = called(data["words"], Path(data["cwd"]), data["env"] | launched, data["program"])
        partial = folder / f"partial-{rank}"
        partial.write_text(json.dumps([done.returncode, done.stdout, done.stderr]))
        partial.rename(folder / f"{case}-{rank}.json")
        case += 1


if __name__ == "__main__":
    main()
