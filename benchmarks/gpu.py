"""What a GPU does with landsweep, in at most eight minutes: ``python benchmarks/gpu.py``.

Tests marked gpu; values against the CPU; evaluation of a PINN, ResNet-20 and a transformer of 10^8 parameters by
strategy and width beside plain loops, as shares of the device's own matrix rate and bandwidth; Hessian products;
memory predicted and measured; several processes on the device; compiled strategies where a compiler is there.

It needs torch for CUDA, landsweep and nothing else. Each part runs in a process of its own: one that fails, crashes or
hangs is named, and the others go on. ``gpu.json`` and ``gpu.md`` in the folder ``--out`` are written again after each.
Exit status 1 says that a part failed. ``--device cpu --small`` runs everything in small sizes, as a test.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shlex
import signal
import subprocess
import sys
import time
import traceback
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gpu_parts.budgets import SECONDS
from gpu_parts.needs import lacking
from gpu_parts.report import NotMeasuredError, Report, first_line, table, write

NAMES = tuple(SECONDS)

GRACE = 10.0
"""Seconds beyond its own after which a part is killed: by itself it stops between two measurements."""
LEAST = 15.0
"""Seconds below which no further part is begun."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("gpu-check"), help="folder of gpu.json and gpu.md (gpu-check)")
    parser.add_argument("--budget", type=float, default=480.0, help="seconds for all parts (480)")
    parser.add_argument("--only", default=",".join(NAMES), help=f"parts, by commas: {', '.join(NAMES)}")
    parser.add_argument("--device", default="cuda", help="cuda, cuda:1 or cpu (cuda)")
    parser.add_argument("--small", action="store_true", help="small sizes, for a test on a CPU")
    parser.add_argument("--fail", default="", help="a part that is to fail, or to die (PART:die), for tests")
    parser.add_argument("--part", help=argparse.SUPPRESS)  # what a part's own process is told
    parser.add_argument("--seconds", type=float, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    missing = [name for name in ("torch", "landsweep") if find_spec(name) is None]
    if missing:
        print(f"{' and '.join(missing)} cannot be imported: pip install torch, then -e . or a wheel.", file=sys.stderr)
        return 2
    if arguments.part:
        return run_part(arguments)
    wanted = [name for name in arguments.only.split(",") if name]
    unknown = [name for name in wanted if name not in NAMES]
    if unknown or not wanted:
        parser.error(f"--only is {arguments.only!r}, expected some of {', '.join(NAMES)}")
    if arguments.device != "cpu" and not has_device():
        print("torch sees no CUDA device here: expected one, or --device cpu.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the part at work ends too
    return run_all(arguments, [name for name in NAMES if name in wanted])


def has_device() -> bool:
    """Whether torch sees a CUDA device; asked in another process, so that this one holds none of its memory."""
    code = "import sys, torch; sys.exit(not torch.cuda.is_available())"
    return subprocess.run([sys.executable, "-c", code], stdin=subprocess.DEVNULL).returncode == 0


def run_all(arguments: argparse.Namespace, wanted: list[str]) -> int:
    """Run parts one after another, and write what is known after each."""
    begin = time.monotonic()
    folder = arguments.out.resolve()
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    result: dict[str, Any] = {
        "schema": 1,
        "command": shlex.join(["python", *sys.argv]),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "small": arguments.small,
        "budget": arguments.budget,
        "seconds": 0.0,
        "machine": {"platform": platform.platform(), "cores": os.cpu_count()},
        "versions": {name: installed(name) for name in ("landsweep", "torch", "triton", "numpy", "scipy")}
        | {"python": platform.python_version()},
        "parts": {name: outcome("not measured", "not begun") for name in wanted},
    }

    def save() -> None:
        result["seconds"] = time.monotonic() - begin
        write(folder / "gpu.json", result)
        (folder / "gpu.md").write_text(table(result))

    save()
    for name in wanted:
        left = arguments.budget - (time.monotonic() - begin)
        if left < LEAST:
            result["parts"][name] = outcome("not measured", "out of time")
        else:
            print(f"{name} ...", end=" ", flush=True)
            result["parts"][name] = part = begun(arguments, name, folder / "parts", left)
            result["machine"] |= part.pop("machine", {})
            reason = f": {part['reason']}" if part["reason"] else ""
            print(f"{part['status']}, {part['seconds']:.1f} s{reason}", flush=True)
        save()
    failed = [name for name in wanted if result["parts"][name]["status"] == "failed"]
    print(f"{folder / 'gpu.md'}: {'failed: ' + ', '.join(failed) if failed else 'no part failed'}")
    return 1 if failed else 0


def installed(name: str) -> str:
    with contextlib.suppress(PackageNotFoundError):
        return version(name)
    return "none"


def outcome(status: str, reason: str = "", seconds: float | None = None, **more: Any) -> dict[str, Any]:
    return {"status": status, "reason": reason, "seconds": seconds, "rows": [], "errors": []} | more


def begun(arguments: argparse.Namespace, name: str, folder: Path, left: float) -> dict[str, Any]:
    """Run one part in a process group of its own, and return its outcome."""
    for old in folder.glob(f"{name}*.json"):
        old.unlink()
    command = [sys.executable, __file__, "--part", name, "--out", str(folder), "--device", arguments.device]
    command += ["--seconds", str(left - GRACE)] + ["--small"] * arguments.small
    command += ["--fail", arguments.fail] if arguments.fail else []
    begin = time.monotonic()
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            status = process.wait(timeout=allowed(name, left) + GRACE)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            with contextlib.suppress(ProcessLookupError):  # its own processes too
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    took = time.monotonic() - begin
    found = read(folder / f"{name}.json")
    ended = read(folder / f"{name}.end.json")
    part = outcome("ok", "", took) | found
    if status == 0 and ended:
        part |= ended
    else:
        how = f"exit status {status}" if status is not None else f"did not end within {took:.0f} s and was killed"
        part |= {"status": "failed", "reason": how}
        tail = (folder / f"{name}.log").read_text(errors="replace")[-4000:]
        part["errors"] = [*part["errors"], {"case": "", "what": "process", "error": how, "traceback": tail}]
    if part["errors"] and part["status"] == "ok":
        part |= {"status": "failed", "reason": f"{len(part['errors'])} error(s), see below"}
    return part


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text()) if path.exists() else {}


def allowed(name: str, left: float) -> float:
    """Return the seconds that a part may take."""
    return min(SECONDS[name], left - GRACE)


def run_part(arguments: argparse.Namespace) -> int:
    """Run one part in this process; leave its rows and how it ended in the folder."""
    name, folder = arguments.part, arguments.out
    report = Report(folder / f"{name}.json", allowed(name, arguments.seconds + GRACE))
    end: dict[str, Any] = {"status": "ok", "reason": ""}
    try:
        if name == "values":  # evaluates also in deterministic mode; cuBLAS reads this at its first product
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        if arguments.fail == name:
            raise RuntimeError(f"{name} was asked to fail")
        if arguments.fail == f"{name}:die":
            os.kill(os.getpid(), signal.SIGKILL)
        if missing := lacking(name, arguments.device, arguments.small):
            raise NotMeasuredError(missing)
        import torch
        from gpu_parts.parts import PARTS, Setup
        from landsweep.kernels.loss.memory import keep_freed_memory

        keep_freed_memory()
        if arguments.small:
            torch.set_num_threads(1)  # of more, small sizes see the waiting alone
        device = torch.device(arguments.device)
        if device.type == "cuda":
            device = torch.device("cuda", device.index or 0)
            torch.cuda.set_device(device)
            end["machine"] = about(device)
        else:
            end["machine"] = {"device": f"CPU, {platform.machine()}"}
        PARTS[name](Setup(device, arguments.small, report))
    except NotMeasuredError as reason:
        end |= {"status": "not measured", "reason": str(reason)}
    except Exception as error:
        report.error("", name, f"{type(error).__name__}: {first_line(error)}", traceback.format_exc())
        end |= {"status": "failed", "reason": f"{type(error).__name__}: {first_line(error)}"}
    report.save()
    write(folder / f"{name}.end.json", end)
    return 0


def about(device: Any) -> dict[str, Any]:
    import torch

    properties = torch.cuda.get_device_properties(device)
    return {
        "device": properties.name,
        "memory": properties.total_memory,
        "capability": f"{properties.major}.{properties.minor}",
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
    }


if __name__ == "__main__":
    sys.exit(main())
