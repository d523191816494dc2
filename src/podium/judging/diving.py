"""Diving: the middle three of seven judges' marks, added, times difficulty.

Which marks count is known for Sydney 2000 (highest and lowest dropped, five count .6 each: its
published results) and from 2012 on (World Aquatics, Competition Regulations, part four; the scores
of UNLV-Dive). When it changed between these is not said here. Of five judges' marks the middle
three count, and of three all, from 2000 on; how a panel of nine is counted is not known.
"""

from podium.judging import ScoringRule
from podium.judging._dives import DiveNumbers
from podium.judging._panel import Group, Panel, Penalty, Years

PENALTIES = (
    Penalty("restart", off=2.0),
    Penalty("another position", most=2.0),
    Penalty("arms at entry", most=4.5),
    Penalty("failed dive", most=0.0),
)
"""World Aquatics, summary of penalties: a second restart is a failed dive."""

RULE = ScoringRule(
    name="diving",
    panels=(
        Panel((Group(7, n_dropped=2),), Years(2012)),
        Panel((Group(7, n_dropped=1),), Years(2000, 2000), factor=0.6),
        Panel((Group(5, n_dropped=1),), Years(2000)),
        Panel((Group(3),), Years(2000)),
    ),
    highest_mark=10.0,
    mark_step=0.5,
    difficulties=(1.0, 6.0),
    penalty_is_off="each mark",
    penalties=PENALTIES,
    judge_sd=0.56,
    tolerance_points=0.06,
    positions="ABCD",
    numbers=DiveNumbers(),
)
