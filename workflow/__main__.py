"""``python -m landsweep``."""

from landsweep.cli import main

if __name__ == "__main__":
    main()
