"""The planner's desk: a local page on which everything is done that the command line does."""
