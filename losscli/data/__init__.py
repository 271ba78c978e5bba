"""Files → columns → roles → arrays."""
