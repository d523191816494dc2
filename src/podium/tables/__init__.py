"""Tables of others and of our own: what is wrong on which line, and cells no spreadsheet runs."""
