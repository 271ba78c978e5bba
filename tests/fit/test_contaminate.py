"""What a contamination does to rows, to which ones, and what may be typed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.domain import Task
from losscli.errors import UsageError
from losscli.fitting.contaminate import LEVELS, Clean, Contamination, contaminated, defaults, parse, refusal
from losscli.spec import Spec

BINARY, MULTICLASS, REGRESSION, COUNTS = Task.BINARY, Task.MULTICLASS, Task.REGRESSION, Task.COUNTS
N = 40
ORDER = np.random.default_rng(1).permutation(N)
X = np.random.default_rng(2).normal(3, 2, (N, 2))
Y = np.random.default_rng(3).normal(10, 4, N)


def clean(y=Y, task=REGRESSION, *, classes=0, slopes=(1.0, 2.0), w=None, scale=0.5):
    return Clean(
        task=task,
        x=X,
        y=np.asarray(y, float),
        w=np.ones(N) if w is None else w,
        classes=classes,
        scale=scale,
        fit=lambda x: x @ np.array(slopes) + 1.0,
    )


def of(text, task=REGRESSION):
    return parse(Spec.parse(text), task)


@pytest.mark.parametrize(
    ("text", "task", "found"),
    [
        ("shift", REGRESSION, Contamination("shift", 10.0, LEVELS)),
        ("shift:size=3", COUNTS, Contamination("shift", 3.0, LEVELS)),
        ("spread:levels=0-0.1", REGRESSION, Contamination("spread", 10.0, (0.0, 0.1))),
        ("leverage:size=5,levels=0.05", REGRESSION, Contamination("leverage", 5.0, (0.0, 0.05))),
        ("shift:levels=1e-05-0.25", REGRESSION, Contamination("shift", 10.0, (0.0, 1e-05, 0.25))),
        ("flip", BINARY, Contamination("flip", None, LEVELS)),
        ("flip:levels=0-0.4", MULTICLASS, Contamination("flip", None, (0.0, 0.4))),
    ],
)
def test_what_may_be_typed(text, task, found):
    assert of(text, task) == found


@pytest.mark.parametrize(
    ("text", "task", "message", "advice"),
    [
        ("shft", REGRESSION, "'shft' is no contamination", "Did you mean shift?"),
        ("noise", BINARY, "'noise' is no contamination", "Use one of: flip"),
        ("flip", COUNTS, "flip is for classes, and the task is counts", "--contaminate shift"),
        ("leverage", BINARY, "leverage is for numbers, and the task is binary", "--contaminate flip"),
        ("flip:size=3", BINARY, "flip has no size", "It has levels, e.g. flip:levels"),
        ("shift:rate=3", REGRESSION, "shift has no rate", "size and levels, e.g. shift:size=10"),
        ("shift:size=0", REGRESSION, "size is a number above 0", "shift:size=10"),
        ("shift:size=inf", REGRESSION, "size is a number above 0", "shift:size=10"),
        ("spread:size=big", REGRESSION, "size is a number above 0", "spread:size=10"),
        ("shift:levels=0", REGRESSION, "levels lie above 0 and below 0.5", "levels=0-0.02-0.05"),
        ("shift:levels=0-0.5", REGRESSION, "levels lie above 0 and below 0.5", "ascending"),
        ("shift:levels=10", REGRESSION, "levels lie above 0 and below 0.5", "shares of the rows"),
        ("shift:levels=nan", REGRESSION, "levels lie above 0 and below 0.5", "shares"),
        ("shift:levels=0.2-0.1", REGRESSION, "levels must ascend", "ascending"),
        ("shift:levels=0-0-0.1", REGRESSION, "levels lie above 0 and below 0.5", "ascending"),
        ("shift:levels=0.1-0.1", REGRESSION, "levels must ascend", "ascending"),
        ("shift:levels=0-nan-0.1", REGRESSION, "levels lie above 0 and below 0.5", "ascending"),
        ("shift:levels=5%", REGRESSION, "levels are numbers joined by -", "shares"),
        ("shift:levels=0.1-", REGRESSION, "levels are numbers joined by -", "shares"),
        ("flip:levels=-0.1", BINARY, "levels are numbers joined by -", "flip:levels"),
    ],
)
def test_what_may_not(text, task, message, advice):
    with pytest.raises(UsageError, match=message) as error:
        of(text, task)
    assert error.value.what.startswith(f"--contaminate {Spec.parse(text)}: ")
    assert advice in error.value.advice


CONTAMINATIONS = st.builds(
    lambda scheme, size, levels: Contamination(
        scheme, None if scheme == "flip" else size, (0.0, *sorted(levels))
    ),
    st.sampled_from(["shift", "spread", "leverage", "flip"]),
    st.floats(1e-300, 1e300),
    st.sets(st.floats(1e-300, 0.499), min_size=1, max_size=5),
)


@given(CONTAMINATIONS)
def test_a_spec_reads_back(c):
    assert of(c.spec, BINARY if c.scheme == "flip" else REGRESSION) == c


@pytest.mark.parametrize("task", list(Task))
def test_defaults_can_be_typed(task):
    specs = ["shift:size=3", "shift:size=10", "leverage:size=10,levels=0-0.05"]
    expected = ["flip"] if task in (BINARY, MULTICLASS) else specs
    assert [c.spec for c in defaults(task)] == expected
    assert tuple(of(text, task) for text in expected) == defaults(task)


@pytest.mark.parametrize(
    ("text", "task", "numbers", "scale", "reason"),
    [
        ("shift", REGRESSION, 0, 1.0, None),
        ("shift", REGRESSION, 2, None, "there is no residual scale s"),
        ("leverage", REGRESSION, 2, None, "there is no residual scale s"),
        ("leverage", REGRESSION, 0, 1.0, "no feature is a number"),
        ("leverage", COUNTS, 0, 1.0, "no feature is a number"),
        ("leverage", COUNTS, 1, None, None),
        ("shift", COUNTS, 0, None, None),
        ("flip", BINARY, 0, None, None),
    ],
)
def test_what_cannot_be_applied(text, task, numbers, scale, reason):
    found = refusal(of(text, task), task, numbers=numbers, scale=scale)
    assert found is None if reason is None else reason in found


CASES = [
    ("shift", clean()),
    ("spread", clean()),
    ("leverage", clean()),
    ("shift", clean(np.arange(N) % 7, COUNTS)),
    ("spread", clean(np.arange(N) + 0.5, COUNTS)),
    ("leverage", clean(np.arange(N) % 7, COUNTS)),
    ("flip", clean(np.arange(N) % 2, BINARY, classes=2)),
    ("flip", clean(np.arange(N) % 5, MULTICLASS, classes=5)),
]


@pytest.mark.parametrize(("scheme", "rows"), CASES)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_level_spoils_the_first_rows_of_the_order(scheme, rows, sign):
    c = of(f"{scheme}:levels=0.01-0.1-0.2", rows.task)
    before = rows.x.copy(), rows.y.copy()
    spoiled = [contaminated(c, level, rows, ORDER, sign) for level in c.levels]
    for (x, y), count in zip(spoiled, (0, 1, 4, 8), strict=True):
        touched = np.zeros(N, bool)
        touched[ORDER[:count]] = True
        assert np.array_equal(x[~touched], rows.x[~touched])
        assert np.array_equal(y[~touched], rows.y[~touched])
        assert ((x != rows.x).any(axis=1) == (touched & (scheme == "leverage"))).all()
    for (x, y), (more_x, more_y), count in zip(spoiled, spoiled[1:], (0, 1, 4), strict=False):
        assert np.array_equal(x[ORDER[:count]], more_x[ORDER[:count]])
        assert np.array_equal(y[ORDER[:count]], more_y[ORDER[:count]])
    assert np.array_equal(rows.x, before[0])
    assert np.array_equal(rows.y, before[1])
    assert not np.shares_memory(spoiled[0][1], rows.y)


def test_a_share_is_not_a_hair_short():
    rows = Clean(
        task=REGRESSION, x=np.zeros((100, 1)), y=np.zeros(100), w=np.ones(100), classes=0, scale=1.0, fit=len
    )
    assert 0.29 * 100 < 29
    assert np.count_nonzero(contaminated(of("shift:levels=0.29"), 0.29, rows, np.arange(100), 1)[1]) == 29


@pytest.mark.parametrize("sign", [1, -1])
def test_shift_and_spread(sign):
    rows = ORDER[:8]
    _, y = contaminated(of("shift:size=3"), 0.2, clean(), ORDER, sign)
    assert np.allclose(y[rows] - Y[rows], sign * 1.5)
    _, y = contaminated(of("spread:size=3"), 0.2, clean(), ORDER, sign)
    assert np.allclose(y[rows] - Y[rows], sign * 1.5 * np.array([1, -1] * 4))


@pytest.mark.parametrize(
    ("first", "rest", "sign", "expected"),
    [
        (4, 0, 1, 16),
        (4, 0, -1, 1),
        (3, 0, -1, 1),
        (0, 5, 1, 4),  # counts as 1
        (0, 5, -1, 0),
        (1, 0, -1, 0),
        (1, 5, -1, 1),  # no target is 0: none becomes 0
        (0.5, 2, 1, 2),
        (0.5, 2, -1, 0.125),
        (0, 2.5, 1, 0),
    ],
)
def test_counts_are_multiplied_or_divided(first, rest, sign, expected):
    y = np.full(N, float(rest))
    y[ORDER[0]] = first
    _, found = contaminated(of("shift:size=3", COUNTS), 0.01, clean(y, COUNTS), ORDER, sign)
    assert found[ORDER[0]] == expected


@pytest.mark.parametrize("slopes", [(1.0, 2.0), (-1.0, -2.0), (0.001, 0.0), (-0.001, 0.0)])
def test_leverage_puts_the_target_on_the_wrong_side(slopes):
    w = np.random.default_rng(4).uniform(0.5, 2, N)
    rows = clean(slopes=slopes, w=w)
    x, y = contaminated(of("leverage:size=4"), 0.1, rows, ORDER, 1)
    mean = np.average(X, axis=0, weights=w)
    moved = mean + 4 * np.sqrt(np.average((X - mean) ** 2, axis=0, weights=w))
    assert np.allclose(x[ORDER[:4]], moved)
    gain = (moved - mean) @ slopes
    away = y[ORDER[:4]] - (mean @ slopes + 1.0)
    assert np.allclose(away, -np.sign(gain) * max(abs(gain), 4 * rows.scale))


@pytest.mark.parametrize(("slopes", "sign"), [((1.0, 2.0), -1), ((-1.0, 0.1), 1), ((-90.0, 0.0), 1)])
@pytest.mark.parametrize("whole", [True, False])
def test_leverage_keeps_counts_positive(slopes, sign, whole):
    y = 5.0 + np.arange(N) % 4 + (0 if whole else 0.25)
    rows = clean(y, COUNTS, slopes=slopes)
    _, found = contaminated(of("leverage:size=3", COUNTS), 0.01, rows, ORDER, 1)
    middle = X.mean(axis=0) @ slopes + 1.0
    base = middle if middle > 0 else y.mean()
    expected = base * 4 if sign > 0 else base / 4
    assert found[ORDER[0]] == pytest.approx(max(round(expected), 1) if whole else expected)


@given(st.integers(2, 6), st.integers(0, 2**32 - 1), st.sampled_from([0.02, 0.2, 0.45]))
def test_a_flip_gives_another_class(classes, seed, level):
    y = np.random.default_rng(seed).integers(0, classes, N)
    rows = clean(y, MULTICLASS if classes > 2 else BINARY, classes=classes)
    _, found = contaminated(of("flip", rows.task), level, rows, ORDER, 1)
    count = max(1, int(level * N))
    assert (found[ORDER[:count]] != y[ORDER[:count]]).all()
    assert set(found) <= set(range(classes))
    if classes == 2:
        assert np.array_equal(found[ORDER[:count]], 1 - y[ORDER[:count]])


def test_a_flip_goes_to_every_other_class():
    rows = clean(np.zeros(N), MULTICLASS, classes=4)
    _, found = contaminated(of("flip", MULTICLASS), 0.45, rows, ORDER, 1)
    assert np.bincount(found.astype(int)).tolist() == [22, 6, 6, 6]
