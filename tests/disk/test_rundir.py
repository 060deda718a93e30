"""What a killed writer leaves in a run directory, and who removes it."""

from support import copy_of, inside, reference_run


def test_a_kill_between_a_result_and_the_removal_of_its_state_leaves_nothing_for_good(tmp_path):
    run = copy_of(reference_run(), tmp_path)
    gone = [run / "directions" / "member-00000.state", run / "weights" / "model-00000" / "training.pt"]
    kept = [run / "directions" / "member-00099.state", run / "curvature" / "member-00000.state"]  # no result is there
    kept.append(run / "weights" / "model-00099" / "training.pt")
    for file in (*gone, *kept):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"x")
    results = {file: file.read_bytes() for file in run.glob("*/m*.safetensors")}
    done = inside("run", tmp_path / "study.yaml", "--out", run)
    assert done.returncode == 0, done.stderr
    assert [file.exists() for file in (*gone, *kept)] == [False, False, True, True, True]
    assert results == {file: file.read_bytes() for file in run.glob("*/m*.safetensors")} != {}
