"""The queue of the Dask executor: every item once, whatever workers do, and few changes of model."""

from hypothesis import given
from hypothesis import strategies as st
from landsweep.executors.dask.feed import Feed

keys = st.lists(st.integers(1, 6), max_size=8).map(lambda runs: [k for k, n in enumerate(runs) for _ in range(n)])
steps = st.lists(
    st.tuples(st.sampled_from(["take", "return", "leave"]), st.integers(0, 3), st.integers(1, 4)), max_size=40
)


@given(keys=keys, steps=steps)
def test_every_item_is_handed_out_once(keys, steps):
    feed, taken = Feed(keys), []
    for what, worker, count in steps:
        if what == "take":
            found = feed.take(worker, count)
            assert len(found) <= count
            assert bool(found) == bool(len(keys) - len(taken))
            taken += found
        elif what == "return" and taken:
            feed.give_back(taken[-count:])
            del taken[-count:]
        else:
            feed.forget(worker)
        assert feed.left == len(keys) - len(taken)
        assert len(set(taken)) == len(taken)
    while found := feed.take("last", 3):
        taken += found
    assert sorted(taken) == list(range(len(keys)))


@given(models=st.integers(1, 12), each=st.integers(1, 40), workers=st.integers(1, 5))
def test_a_worker_changes_model_seldom(models, each, workers):
    """Each worker loads its share of the models, and a logarithm of the last ones that are split between all."""
    feed = Feed([k for k in range(models) for _ in range(each)])
    seen: dict[int, list[int]] = {w: [] for w in range(workers)}
    while feed.left:
        for worker in range(workers):
            for index in feed.take(worker, 1):
                if not seen[worker] or seen[worker][-1] != index // each:
                    seen[worker].append(index // each)
    changes = sum(map(len, seen.values()))
    assert changes <= models + workers * (1 + (models * each).bit_length())


def test_items_without_a_model_are_handed_out_in_order():
    feed = Feed(range(10))
    assert [feed.take("a", 3), feed.take("b", 3), feed.take("a", 9)] == [[0, 1, 2], [3, 4, 5], [6, 7, 8, 9]]


def test_what_was_given_back_is_handed_out_alone():
    """One of them may be what their worker died of."""
    feed = Feed([0] * 6)
    feed.give_back(feed.take("a", 3))
    assert [feed.take("a", 3) for _ in range(4)] == [[0], [1], [2], [3, 4, 5]]


def test_a_worker_without_items_takes_the_second_half_of_the_longest_queue():
    feed = Feed([0] * 8)
    assert feed.take("a", 1) == [0]
    assert feed.take("b", 2) == [4, 5]
    assert feed.take("a", 4) == [1, 2, 3]  # nothing is stolen while there is something
    feed.clear()
    assert feed.take("a", 1) == []
