"""How far members are: also where what says so is damaged, and as the page's program can compare them."""

from landsweep import open_run
from landsweep.disk.store import Landscape
from landsweep.page.content import run_page
from landsweep.page.standing import members_of
from landsweep.page.write import written
from support import copy_of, reference_run
from written import content, landscapes, sentences

MANY = {
    "problem__params": {"steps": 2},
    "sweep": {"beta": [1.0], "seed": [2**60], "direction_seed": list(range(16))},
    "grid__points": [4, 3],
}
"""A run of so small landscapes that several share a unit, with a seed that JavaScript would round."""


def test_a_damaged_shard_of_several_members_costs_these_alone(tmp_path):
    run = open_run(copy_of(reference_run(**MANY), tmp_path))
    store = Landscape(run.directory.landscape)
    first = next(iter(store.units()))
    lost = [m.index for m in run.plan.members if m.position in set(first.positions(store.sweep_ndim))]
    assert 1 < len(lost) < 16
    shard = store.shard_file("status", first)
    shard.write_bytes(shard.read_bytes()[:-5])
    text = written([run])
    assert landscapes(text) == [(0, k) for k in range(16) if k not in lost]
    warnings = sentences(content(text), "warning")
    assert any(said.startswith(f"direction_seed = 0 is not shown: {shard} is damaged (") for said in warnings)
    assert content(text)["runs"][0]["state"] == "unfinished"


def test_coordinates_are_those_of_the_table():
    run = open_run(reference_run(**MANY))
    assert members_of(run)[3]["coords"] == {
        "beta": 1.0,
        "seed": str(2**60),
        "subspace": "random",
        "direction_seed": 3,
    }
    table = run_page(run)["table"]
    names = [column["name"] for column in table["columns"]]
    assert table["rows"][3][names.index("seed")] == str(2**60)
