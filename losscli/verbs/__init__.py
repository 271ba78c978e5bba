"""What a verb does: its flags, and files or tables in memory → its result; for command line and Python."""
