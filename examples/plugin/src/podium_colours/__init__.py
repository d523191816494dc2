"""What this package adds to Podium, a class a file."""
