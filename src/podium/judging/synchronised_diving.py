"""Synchronised diving: execution of each diver and synchronisation, five marks count .6 each.

Of eleven judges, three mark the execution of one diver, three of the other and five how well they
keep together; of nine, two, two and five. In each group the highest and the lowest do not count;
of nine judges, the four marks of execution are one group (World Aquatics, Competition Regulations,
part four; the published results of Rio 2016 follow it).
"""

from podium.judging import ScoringRule
from podium.judging._dives import DiveNumbers
from podium.judging._panel import Group, Panel, Years
from podium.judging.diving import PENALTIES

RULE = ScoringRule(
    name="synchronised_diving",
    panels=(
        Panel((Group(3, 1), Group(3, 1), Group(5, 1)), Years(2016), factor=0.6),
        Panel((Group(4, 1), Group(5, 1)), Years(2016), factor=0.6),
    ),
    highest_mark=10.0,
    mark_step=0.5,
    difficulties=(1.0, 6.0),
    penalty_is_off="each mark",
    penalties=PENALTIES,
    tolerance_points=0.06,
    positions="ABCD",
    numbers=DiveNumbers(),
)
