"""What the machine gives: files, child processes, memory, streams, a cache."""
