"""The GPU check in small sizes on a CPU: every part, what it leaves, and what becomes of one that fails."""

import json
import subprocess
import sys

import pytest
from support import ROOT, environment

pytestmark = pytest.mark.processes

PARTS = [
    "device",
    "values",
    "evaluation-pinn",
    "evaluation-resnet",
    "evaluation-transformer",
    "memory",
    "hessian",
    "tests",
    "processes",
    "compiled",
]


def check(out, *options, status=0):
    command = [sys.executable, str(ROOT / "benchmarks" / "gpu.py"), "--small", "--out", str(out)]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, timeout=280, env=environment(), cwd=out.parent
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("check") / "out"
    done = check(out, "--device", "cpu")
    return json.loads((out / "gpu.json").read_text()), (out / "gpu.md").read_text(), done.stdout


def rows(result, part):
    return result["parts"][part]["rows"]


def test_every_part_is_there_and_none_failed(whole):
    result, markdown, output = whole
    assert list(result["parts"]) == PARTS
    for name, part in result["parts"].items():
        assert part["errors"] == [], name
        assert part["status"] == ("not measured" if name in ("tests", "compiled") else "ok"), (name, part["reason"])
        assert bool(part["rows"]) == (part["status"] == "ok")
        assert not [row for row in part["rows"] if "not measured" in row.get("note", "")], name
        assert f"| **{name}** |" in markdown
    assert "these tests need a CUDA device" in markdown
    assert output.endswith("gpu.md: no part failed\n")
    assert result["versions"]["torch"]
    assert result["machine"]["device"].startswith("CPU")


@pytest.mark.parametrize("part", ["pinn", "resnet", "transformer"])
def test_values_agree_with_plain_loops_and_times_are_compared(whole, part):
    found = rows(whole[0], f"evaluation-{part}")
    dtypes = {row["what"].rpartition(", ")[2] for row in found}
    assert dtypes == ({"float32", "tf32"} if part == "pinn" else {"float32", "tf32", "bf16"})
    for dtype in dtypes:
        mine = {row["what"].removesuffix(f", {dtype}"): row for row in found if row["what"].endswith(dtype)}
        assert {"plain loop, from copies", "plain loop, in steps", "inplace, 1 at once", "batched, 2 at once"} <= set(
            mine
        )
        for what, row in mine.items():
            assert row["low"] <= row["value"] <= row["high"]
            assert row["share"] > 0
            assert row["limit"]["operations"] > 0
            if what != "plain loop, from copies":
                assert row["difference"] <= {"float32": 1e-5, "tf32": 1e-5, "bf16": 5e-2}[dtype], (what, dtype)
                base = mine["plain loop, from copies"]["value"]
                assert row["ratio"] == pytest.approx(base / row["value"], rel=1e-9)


def test_values_hold_against_float64(whole):
    found = rows(whole[0], "values")
    assert {row["case"] for row in found} == {"pinn", "resnet20", "transformer, 1e5 parameters"}
    for row in found:
        assert row["difference"] <= row["tolerance"]
        assert row["same_bits"]["a second evaluation"]
        assert row["same_bits"]["the first point beside others"]
    # The reference is no copy of what is checked: a lower precision shows.
    assert max(r["difference"] for r in found if r["what"].endswith("bf16")) > 1e-4
    assert 0 < max(r["difference"] for r in found if r["what"].endswith("float32")) < 1e-5


def test_memory_is_predicted_and_measured(whole):
    for row in rows(whole[0], "memory"):
        assert row["measured"] == pytest.approx(row["predicted"] + row["network"], rel=0.35), row["case"]
        assert row["predicted"] > row["vectors"] > 0


def test_hessians_and_processes(whole):
    hessian = {(row["case"], row["what"]): row for row in rows(whole[0], "hessian")}
    for case in ("pinn", "resnet20", "transformer, 1e5 parameters"):
        for method in ("reverse", "forward"):
            assert hessian[case, f"product, {method}"]["difference"] < 1e-4
    assert hessian["pinn", "top eigenvalue, float64"]["difference"] < 1e-6
    assert [row["processes"] for row in rows(whole[0], "processes")] == [1, 2, 1, 2]


def test_a_part_that_fails_is_named_and_the_others_go_on(tmp_path):
    out = tmp_path / "out"
    done = check(out, "--device", "cpu", "--only", "compiled,values,tests", "--fail", "values", status=1)
    result = json.loads((out / "gpu.json").read_text())
    assert list(result["parts"]) == ["values", "tests", "compiled"]
    failed = result["parts"]["values"]
    assert failed["status"] == "failed"
    assert "RuntimeError: values was asked to fail" in failed["errors"][0]["traceback"]
    assert "| ERROR: RuntimeError: values was asked to fail |" in (out / "gpu.md").read_text()
    assert result["parts"]["tests"]["status"] == "not measured"
    assert done.stdout.endswith("failed: values\n")


def test_a_part_that_dies_is_named(tmp_path):
    out = tmp_path / "out"
    check(out, "--device", "cpu", "--only", "values,tests", "--fail", "values:die", status=1)
    result = json.loads((out / "gpu.json").read_text())
    assert result["parts"]["values"]["reason"] == "exit status -9"
    assert result["parts"]["tests"]["status"] == "not measured"


def test_no_time_is_left(tmp_path):
    out = tmp_path / "out"
    check(out, "--device", "cpu", "--only", "device,tests", "--budget", "1")
    result = json.loads((out / "gpu.json").read_text())
    assert [part["reason"] for part in result["parts"].values()] == ["out of time"] * 2
    assert (out / "gpu.md").read_text().count("out of time") == 2


def test_a_part_that_is_none(tmp_path):
    assert (
        "--only is 'speed', expected some of device, values,"
        in check(tmp_path / "o", "--only", "speed", status=2).stderr
    )
