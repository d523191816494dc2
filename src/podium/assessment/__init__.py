"""What came of looking at a performance, as values only."""
