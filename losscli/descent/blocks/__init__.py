"""Linear models of rows that memory does not hold: their columns come block by block, again and again."""
