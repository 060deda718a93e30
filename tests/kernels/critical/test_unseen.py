"""What a sample says of the minima that it has not seen, against samples of which everything is known."""

import warnings
from itertools import product

import numpy as np
import pytest
from landsweep.kernels.critical.unseen import Unseen, sobol, unseen

SHARES = {
    "equal": lambda rng, m: np.ones(m),
    "broken stick": lambda rng, m: rng.exponential(size=m),
    "log-normal": lambda rng, m: np.exp(rng.normal(size=m)),
}
"""How large basins are."""


def samples(kind, m, size, n=300):
    """Yield n times the shares of m basins, and how many of that many descents ended in each."""
    rng = np.random.default_rng(m + size)
    for _ in range(n):
        shares = SHARES[kind](rng, m)
        shares /= shares.sum()
        yield shares, rng.multinomial(size, shares)


@pytest.mark.parametrize(("kind", "m", "size"), list(product(SHARES, (3, 20, 60), (64, 256))))
def test_the_bound_of_the_probability_holds_in_most_samples_and_the_estimate_in_their_mean(kind, m, size):
    held, differences = [], []
    for shares, seen in samples(kind, m, size):
        new = shares[seen == 0].sum()
        found = unseen(seen)
        held.append(new <= found.probability_high)
        differences.append(found.probability - new)
    assert np.mean(held) >= 0.92  # 95 % of 300 samples: 1.3 % is one deviation
    # in the mean of all samples, f_1 / S is the probability after S - 1 descents, which is a little above that after S
    assert -0.005 < np.mean(differences) < 0.006


@pytest.mark.parametrize(("m", "size"), [(3, 64), (20, 64), (60, 64), (20, 256), (60, 256)])
def test_the_interval_of_the_number_holds_where_basins_are_alike(m, size):
    covered = []
    for _, seen in samples("equal", m, size):
        found = unseen(seen)
        covered.append(found.low <= (seen == 0).sum() <= found.high)
    assert np.mean(covered) >= 0.92


@pytest.mark.parametrize(("kind", "size"), list(product(["broken stick", "log-normal"], (64, 256))))
def test_the_number_is_one_from_below_where_they_are_not(kind, size):
    counts, low, missing = [], [], []
    for _, seen in samples(kind, 60, size):
        found = unseen(seen)
        counts.append(found.count)
        missing.append((seen == 0).sum())
        low.append(found.low <= missing[-1])
    assert 0.3 < np.mean(counts) / np.mean(missing) < 1
    assert np.mean(low) >= 0.975


def test_what_was_found_in_another_way_is_not_unseen():
    """Half of forty basins are known: estimates are of the other half alone."""
    known = np.arange(40) % 2 == 0
    held, covered, differences = [], [], []
    for shares, seen in samples("equal", 40, 64):
        found = unseen(seen, known)
        new = shares[(seen == 0) & ~known].sum()
        held.append(new <= found.probability_high)
        differences.append(found.probability - new)
        covered.append(found.low <= ((seen == 0) & ~known).sum() <= found.high)
    assert np.mean(held) >= 0.92
    assert np.mean(covered) >= 0.92
    assert -0.005 < np.mean(differences) < 0.006


def test_by_hand():
    """f_1 = 3, f_2 = 1, S = 10: q = 0.9, T = 0.9 * 3 * 2 / 4; v = T + 0.81 * (3 * 25 / 16 + 9 * 4 / 64)."""
    found = unseen(np.array([5, 2, 1, 1, 1]))
    assert found.probability == 0.3
    assert found.count == pytest.approx(1.35)
    width = np.exp(1.959964 * np.sqrt(np.log(1 + (1.35 + 0.81 * (75 / 16 + 36 / 64)) / 1.35**2)))
    assert (found.low, found.high) == (np.floor(1.35 / width), np.floor(1.35 * width))
    assert found.probability_high == pytest.approx(0.3 + 1.959964 * np.sqrt(3 * 0.7 + 2 + 1) / 10)


@pytest.mark.parametrize(
    ("seen", "known", "probability", "count", "low", "high"),
    [
        ([64], None, 0, 0, 0, 0),  # one minimum
        ([64, 0, 0], None, 0, 0, 0, 0),
        ([1], None, 1, 0, 0, np.inf),  # one descent
        ([1, 1, 1, 1], None, 1, 4.5, 0, np.inf),  # each in one of its own
        ([1, 1, 1, 1], [1, 1, 1, 1], 0, 0, 0, 2),  # each in one that was known
        ([63, 1], None, 1 / 64, 0, 0, 2),  # one seen once: three of its like would be overlooked with 5 %
        ([63, 1], [0, 1], 0, 0, 0, 2),
        ([30, 3], None, 0, 0, 0, 0),
    ],
)
def test_samples_that_say_little(seen, known, probability, count, low, high):
    found = unseen(np.array(seen), None if known is None else np.array(known, bool))
    assert (found.probability, found.count, found.low, found.high) == (probability, count, low, high)
    total = sum(seen)
    assert found.probability_high >= max(probability, 1 - 0.05 ** (1 / total))


@pytest.mark.parametrize("seen", [[], [0, 0]])
def test_no_sample_says_nothing(seen):
    found = unseen(np.array(seen, np.int64))
    assert np.isnan([getattr(found, name) for name in Unseen.__dataclass_fields__]).all()


@pytest.mark.parametrize(("seen", "known"), [([1, -1], None), ([1, 2], np.array([True]))])
def test_what_is_no_sample_is_refused(seen, known):
    with pytest.raises(ValueError, match="expected as many, at least 0 each"):
        unseen(np.array(seen), known)


@pytest.mark.parametrize(("n", "d"), [(0, 2), (1, 1), (3, 2), (64, 6), (100, 3)])
def test_a_sample_of_any_size_lies_in_the_box_and_is_the_start_of_a_longer_one(n, d):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        points = sobol(n, d, seed=7)
    assert points.shape == (n, d)
    assert ((points >= 0) & (points < 1)).all()
    assert np.array_equal(points, sobol(n + 9, d, seed=7)[:n])
    if n > 1:
        assert not np.array_equal(points, sobol(n, d, seed=8))


def test_a_sample_is_more_even_than_chance():
    """Sobol points of any seed have one point in each of 64 strips and of 8 x 8 squares."""
    for seed in range(5):
        points = sobol(64, 2, seed)
        assert all(len(set((points[:, axis] * 64).astype(int))) == 64 for axis in (0, 1))
        assert len(set(map(tuple, (points * 8).astype(int)))) == 64
