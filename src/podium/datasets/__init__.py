"""Labelled performances: one data set a file, each with `performances()`."""
