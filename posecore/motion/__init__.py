"""Pure functions of a sequence: what a movement is, and how far it can be trusted."""
