"""The parts of the Data sets page: what is kept of a set beside the page, and one file for each view of it."""
