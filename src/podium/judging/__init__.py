"""The rules of sports: what judges' marks make of a performance."""
