"""What was found out about a run, kept in its folder."""
