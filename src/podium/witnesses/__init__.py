"""Why not to trust a score: what is known of the usual, and what is unlike it."""
