"""Every row is judged once a repeat, never by what learned from it; what splits cannot be made is said."""

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import model_selection

from losscli.errors import UsageError
from losscli.fitting.folds import splits

LABELS = ("a", "b", "c")


def split(y, **asked):
    asked = {
        "labels": (),
        "group": None,
        "fold": None,
        "time": None,
        "folds": 5,
        "repeats": 2,
        "seed": 0,
        **asked,
    }
    return splits(np.asarray(y, float), **asked)


def codes(values):
    return np.unique(values, return_inverse=True)[1]


def by_repeat(found):
    return [list(group) for _, group in itertools.groupby(found.splits, lambda one: one.repeat)]


def equal(a, b):
    return all(
        np.array_equal(one.train, two.train) and np.array_equal(one.test, two.test)
        for one, two in zip(a.splits, b.splits, strict=True)
    )


GROUPS = st.lists(st.integers(0, 6), min_size=12, max_size=40)


@given(GROUPS, st.integers(2, 5), st.booleans(), st.booleans())
def test_each_row_is_judged_once_a_repeat(groups, folds, grouped, classes):
    group = codes(groups)
    assume(group.max() + 1 >= folds)
    y = np.arange(len(group)) % 2
    try:
        found = split(
            y, labels=("a", "b") if classes else (), group=group if grouped else None, folds=folds, repeats=3
        )
    except UsageError:
        assume(False)
    assert (found.folds, found.repeats) == (folds, 3)
    for repeat, pairs in enumerate(by_repeat(found)):
        assert [one.fold for one in pairs] == list(range(folds))
        assert {one.repeat for one in pairs} == {repeat}
        assert sorted(np.concatenate([one.test for one in pairs])) == list(range(len(group)))
        for one in pairs:
            assert np.array_equal(np.sort([*one.train, *one.test]), np.arange(len(group)))
            assert (np.diff(one.train) > 0).all()
            assert (np.diff(one.test) > 0).all()
            assert not grouped or not set(group[one.train]) & set(group[one.test])


SKLEARN = {  # by whether classes are spread, and whether groups stay together
    (False, False): model_selection.KFold,
    (True, False): model_selection.StratifiedKFold,
    (False, True): model_selection.GroupKFold,
    (True, True): model_selection.StratifiedGroupKFold,
}


def same_as(found, splitter, y, group=None):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        expected = list(splitter.split(np.zeros(len(y)), y, group))
    assert len(found) == len(expected)
    for one, (train, test) in zip(found, expected, strict=True):
        assert np.array_equal(one.train, train)
        assert np.array_equal(one.test, test)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 8)), min_size=6, max_size=60),
    st.integers(2, 7),
    st.integers(0, 2**32 - 2),
    st.booleans(),
    st.booleans(),
)
def test_folds_are_those_of_scikit_learn(rows, folds, seed, classes, grouped):
    y, group = map(codes, zip(*rows, strict=True))
    labels = tuple("abcd"[: y.max() + 1]) if classes else ()
    try:
        found = split(y, labels=labels, group=group if grouped else None, folds=folds, seed=seed)
    except UsageError:
        assume(False)
    for repeat, pairs in enumerate(by_repeat(found)):
        splitter = SKLEARN[classes, grouped](folds, shuffle=True, random_state=seed + repeat)
        same_as(pairs, splitter, y, group if grouped else None)


@given(st.integers(3, 40), st.integers(2, 9))
def test_folds_in_time_are_those_of_scikit_learn(count, folds):
    assume(count > folds)
    found = split(np.arange(count), time=np.arange(count), folds=folds)
    same_as(found.splits, model_selection.TimeSeriesSplit(folds), np.arange(count))


@pytest.mark.parametrize(
    ("asked", "splitter"),
    [
        ({}, "shuffled"),
        ({"labels": LABELS}, "stratified"),
        ({"group": codes(np.arange(60) % 12)}, "by group"),
        ({"group": codes(np.arange(60) % 11), "labels": LABELS}, "by group, stratified"),
    ],
)
def test_a_seed_fixes_the_folds(asked, splitter):
    y = np.arange(60) % 3
    found = split(y, **asked, seed=7)
    assert found.splitter == splitter
    assert equal(found, split(y, **asked, seed=7))
    assert not equal(found, split(y, **asked, seed=70))
    first, second = by_repeat(found)
    assert any(not np.array_equal(a.test, b.test) for a, b in zip(first, second, strict=True))
    assert found.warnings == ()


def test_a_repeat_does_not_depend_on_how_many_there_are():
    y = np.arange(40) / 3
    few, many = split(y, repeats=2), split(y, repeats=4)
    assert all(np.array_equal(a.test, b.test) for a, b in zip(few.splits, many.splits, strict=False))


def test_classes_are_spread_evenly():
    y = np.array([0] * 50 + [1] * 10)
    for one in split(y, labels=("a", "b")).splits:
        assert np.bincount(y[one.test]).tolist() == [10, 2]


def test_a_fold_column_is_followed():
    fold = np.array([2, 0, 1, 0, 2, 1])
    found = split(np.arange(6), fold=fold, folds=5, repeats=10)
    assert (found.folds, found.repeats, found.splitter) == (3, 1, "as given")
    assert [one.test.tolist() for one in found.splits] == [[1, 3], [2, 5], [0, 4]]
    assert found.splits[0].train.tolist() == [0, 2, 4, 5]


def test_the_past_is_learned_from_only():
    time = np.random.default_rng(0).permutation(np.arange(20))
    found = split(np.arange(20), time=time, folds=4, repeats=10)
    assert (found.folds, found.repeats, found.splitter) == (4, 1, "in time")
    for i, one in enumerate(found.splits):
        assert sorted(time[one.train]) == list(range(4 + 4 * i))
        assert sorted(time[one.test]) == list(range(4 + 4 * i, 8 + 4 * i))


def test_rows_of_one_time_stay_together():
    time = np.repeat([0, 1, 2, 3], [7, 1, 3, 2])
    found = split(np.arange(13), time=time, folds=3)
    assert [set(time[one.test]) for one in found.splits] == [{1}, {2}, {3}]
    assert [set(time[one.train]) for one in found.splits] == [{0}, {0, 1}, {0, 1, 2}]


@pytest.mark.parametrize(
    ("y", "asked", "message", "advice"),
    [
        (range(9), {"folds": 1}, "--folds 1 leaves nothing", "--folds 2"),
        (range(9), {"repeats": 0}, "--repeats 0", "--repeats 1"),
        (range(3), {}, "--folds 5: there are 3 rows", "--folds 3 "),
        ([5], {}, "--folds 5: there is 1 row", "More data"),
        (range(9), {"group": np.arange(9) % 3}, "--folds 5: there are 3 groups", "--folds 3 "),
        (range(9), {"group": np.zeros(9, int)}, "--folds 5: there is 1 group", "Split rows in another way"),
        (np.arange(9) % 3, {"labels": LABELS}, "there are 3 rows of the largest class", "--folds 3 "),
        (range(9), {"fold": np.zeros(9, int)}, "--fold-column: that column has one value", "Name a column"),
        (range(9), {"time": np.arange(9) % 5}, "--folds 5: the time has 5 values", "--folds 4 "),
        (range(9), {"time": np.arange(9) % 2}, "--folds 5: the time has 2 values", "--time"),
    ],
)
def test_too_few(y, asked, message, advice):
    with pytest.raises(UsageError, match=message) as error:
        split(y, **asked)
    assert advice in str(error.value)


def test_groups_that_leave_a_fold_empty():
    y, group = [1, 1, 0, 0, 1, 1, 1, 0, 1], np.array([3, 1, 0, 3, 1, 2, 3, 3, 3])
    with pytest.raises(UsageError, match="--folds 4: the groups are too few or too uneven") as error:
        split(y, labels=("a", "b"), group=group, folds=4, repeats=1, seed=16706)
    assert [fix.flags for fix in error.value.fixes] == [("--folds", "3"), ("--group",)]


@pytest.mark.parametrize(
    ("y", "asked"),
    [
        ([0] * 10 + [1] * 10 + [2], {}),
        ([0] * 10 + [1] * 10 + [2] * 3, {"group": np.array([*range(20), 20, 20, 20])}),
        ([0] * 10 + [1] * 10 + [2] * 3, {"time": np.arange(23)}),
        ([0] * 10 + [1] * 10 + [2] * 3, {"fold": np.array([0, 1] * 10 + [1] * 3)}),
    ],
)
def test_a_fold_that_would_lack_a_class(y, asked):
    with pytest.raises(
        UsageError, match=r"fold \d would be learned without class '[bc]' \(\d+ of 2\d rows"
    ) as error:
        split(y, labels=LABELS, **asked)
    assert error.value.advice.startswith("Merge the class")  # no number of folds mends that


def test_a_rare_class_is_said():
    found = split([0] * 10 + [1] * 3 + [2] * 2, labels=LABELS)
    (warning,) = found.warnings
    assert warning.code == "rare_class"
    assert warning.message == "classes are missing from test folds: 'b' from 4, 'c' from 6 of 10"
    labels = tuple("abcdefg")
    many = split([0] * 10 + sorted(list(range(1, 7)) * 2), labels=labels).warnings[0]
    assert "'f' from 6 …" in many.message
    assert split([0] * 10 + [1] * 5, labels=("a", "b")).warnings == ()
