"""How good predictions are: measures, ranges, and tables of predictions."""
