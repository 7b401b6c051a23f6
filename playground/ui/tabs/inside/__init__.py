"""The Inside tab: what the model looked at, where in its layers a word was decided, and what changes it."""
