"""An interval of one figure of one model, the mean absolute error: BCa of 9,999 resamples by SciPy."""

import sys

import numpy as np
import pandas as pd
from scipy.stats import bootstrap

table = pd.read_csv(sys.argv[1])
errors = (table["y_true"] - table[table.columns[1]]).abs().to_numpy()
interval = bootstrap((errors,), np.mean, n_resamples=9_999, batch=100, rng=0).confidence_interval
print(interval.low, interval.high)
