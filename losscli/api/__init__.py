"""What is called from Python: losses as functions of arrays, and models for scikit-learn."""
