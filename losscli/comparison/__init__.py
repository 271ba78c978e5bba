"""`compare` and what is made of its results: table × problem → every loss of every model, gates, changes."""
