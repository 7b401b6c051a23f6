"""The views of the tab: each lays out its part and wires its events."""
