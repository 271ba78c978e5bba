"""Rows → the fold that judges each: the splits of scikit-learn's classes, seed by seed, without its import.

That import takes longer than a small fit does. Cross-validation: Stone 1974,
doi:10.1111/j.2517-6161.1974.tb00994.x; folds that hold each class in its share: Kohavi 1995, IJCAI 14:1137.
"""

import warnings

import numpy as np

from losscli.domain import Codes


def shuffled(n: int, folds: int, seed: int) -> Codes:
    """(n,) The fold of each row, as `KFold(folds, shuffle=True, random_state=seed)` has it."""
    order = np.arange(n)
    np.random.RandomState(seed).shuffle(order)
    found = np.empty(n, np.intp)
    found[order] = _even(n, folds)
    return found


def by_group(group: Codes, folds: int, seed: int) -> Codes:
    """(n,) The same for whole groups, as `GroupKFold(folds, shuffle=True, random_state=seed)` has it."""
    names, own = np.unique(group, return_inverse=True)
    order = np.random.RandomState(seed).permutation(len(names))
    found = np.empty(len(names), np.intp)
    found[order] = _even(len(names), folds)
    return found[own]


def stratified(codes: Codes, folds: int, seed: int) -> Codes:
    """(n,) Each class spread evenly, as `StratifiedKFold(folds, shuffle=True, random_state=seed)` has it.

    Rows dealt out in the order of their classes say how many of a class each fold is given.
    """
    _, first, own = np.unique(codes, return_index=True, return_inverse=True)
    classes = len(first)
    places = np.empty(classes, np.intp)
    places[np.argsort(first)] = np.arange(classes)  # classes are taken in the order they appear in
    own = places[own]
    sorted_ = np.sort(own)
    dealt = np.array([np.bincount(sorted_[i::folds], minlength=classes) for i in range(folds)])
    rng, found = np.random.RandomState(seed), np.empty(len(codes), np.intp)
    for k in range(classes):
        hands = np.arange(folds).repeat(dealt[:, k])
        rng.shuffle(hands)
        found[own == k] = hands
    return found


def stratified_by_group(codes: Codes, group: Codes, folds: int, seed: int) -> Codes:
    """(n,) Whole groups, each class as even as they allow: scikit-learn's `StratifiedGroupKFold`."""
    from sklearn.model_selection import StratifiedGroupKFold

    found = np.empty(len(codes), np.intp)
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        for i, (_, test) in enumerate(splitter.split(np.zeros(len(codes)), codes, group)):
            found[test] = i
    return found


def in_time(count: int, folds: int) -> Codes:
    """(count,) Of times in their order, as `TimeSeriesSplit(folds)` has it: the last ones are judged in as
    many equal parts, and -1 is learned from alone. count: folds + 1 or more."""
    each = count // (folds + 1)
    found = np.full(count, -1)
    found[count - folds * each :] = np.repeat(np.arange(folds), each)
    return found


def _even(n: int, folds: int) -> Codes:
    """(n,) 0 … folds - 1 in turn, in runs of n/folds; the first are one longer where that is no whole."""
    each, longer = divmod(n, folds)
    return np.repeat(np.arange(folds), each + (np.arange(folds) < longer))
