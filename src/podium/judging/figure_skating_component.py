"""Figure skating, a programme component: the mean of the marks, times its factor.

Nine judges mark each component from 0.25 to 10; the highest and the lowest do not count
(International Skating Union). The factor depends on the discipline and the programme: you give it
as the difficulty.
"""

from podium.judging import ScoringRule
from podium.judging._panel import Group, Panel, Years

RULE = ScoringRule(
    name="figure_skating_component",
    panels=(Panel((Group(9, n_dropped=1),), Years(2023), factor=1 / 7),),
    lowest_mark=0.25,
    highest_mark=10.0,
    mark_step=0.25,
    difficulties=(0.5, 4.0),
)
