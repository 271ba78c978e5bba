"""How every loss is trained on one design: the methods, the ends they reach, and their certificates."""
