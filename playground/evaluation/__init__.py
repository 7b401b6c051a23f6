"""A trained model looked at, never changed: the loss of every token, tables, calibration, and what was learned when."""
