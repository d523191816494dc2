"""Gymnastics, vault: difficulty plus the mean of the middle three of five marks, less penalties.

The difficulty is that of the vault in the Code of Points, which is not copied here: you give it.
The five marks of execution are those of the E panel (FIG, Code of Points 2022 to 2024 and since).
"""

from podium.judging import ScoringRule
from podium.judging._panel import Group, Panel, Years

RULE = ScoringRule(
    name="gymnastics_vault",
    panels=(Panel((Group(5, n_dropped=1),), Years(2022), factor=1 / 3),),
    highest_mark=10.0,
    mark_step=0.1,
    difficulties=(1.0, 8.0),
    combined="plus",
)
