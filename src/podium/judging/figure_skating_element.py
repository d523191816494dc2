"""Figure skating, an element: its base value, and a tenth of it for each grade of execution.

The grade of execution is the mean of nine judges' marks from -5 to 5 without the highest and the
lowest (International Skating Union, since the season of 2018/19). The base value stands in the
Scale of Values, which is not copied here: you give it as the difficulty.
"""

from podium.judging import ScoringRule
from podium.judging._panel import Group, Panel, Years

RULE = ScoringRule(
    name="figure_skating_element",
    panels=(Panel((Group(9, n_dropped=1),), Years(2019), factor=1 / 7),),
    lowest_mark=-5.0,
    highest_mark=5.0,
    mark_step=1.0,
    difficulties=(0.1, 20.0),
    combined="share",
)
