"""What is taken where nothing is asked: one value for a flag and for the request that is made of it."""

CONFIDENCE = 0.95  # of intervals
FOLDS = 5
REPEATS = 10  # of the folds
