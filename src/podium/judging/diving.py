"""Diving: the middle three of seven judges' marks, added, times difficulty."""

from podium.judging import ScoringRule

RULE = ScoringRule(
    name="diving",
    n_judges=7,
    n_counting=3,
    highest_mark=10.0,
    mark_step=0.5,
    judge_sd=0.56,
    tolerance_points=0.06,
    positions="ABCD",
    first_year=2012,  # in 2000 the highest and the lowest were dropped, and five counted .6 each
)
