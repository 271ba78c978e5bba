"""The laws every loss of the catalogue is held to."""
