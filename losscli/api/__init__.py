"""What is called from Python: the verbs, losses as functions of arrays, and models for scikit-learn."""
