"""Files of others, read without trust: tables, arrays, saved values, each within limits."""
