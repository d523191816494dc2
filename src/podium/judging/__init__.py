"""The rules of sports: what judges' marks make of a performance, one file a sport."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.judging._dive_shape import Dive as Dive
    from podium.judging._dives import read_dive as read_dive
    from podium.judging._followed import combined_in as combined_in
    from podium.judging._followed import rule_of_most as rule_of_most
    from podium.judging._known import height_of as height_of
    from podium.judging._known import known_difficulties as known_difficulties
    from podium.judging._known import nearest_if_off as nearest_if_off
    from podium.judging._known import number_of as number_of
    from podium.judging._numbers import KnownDifficulty as KnownDifficulty
    from podium.judging._numbers import in_year as in_year
    from podium.judging._panel import Group as Group
    from podium.judging._panel import Panel as Panel
    from podium.judging._panel import Penalty as Penalty
    from podium.judging._panel import Years as Years
    from podium.judging._rule import Action as Action
    from podium.judging._rule import Marks as Marks
    from podium.judging._rule import ScoringRule as ScoringRule
    from podium.judging._rule import action_of_sport as action_of_sport
    from podium.judging._rule import actions_to_choose as actions_to_choose
    from podium.judging._rule import find_action as find_action
    from podium.judging._rule import find_rule as find_rule
    from podium.judging._rule import position_of as position_of
    from podium.judging._rule import rule_kept_by as rule_kept_by
    from podium.judging._rule import rules as rules

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "_dive_shape": ("Dive",),
        "_dives": ("read_dive",),
        "_followed": ("combined_in", "rule_of_most"),
        "_known": ("height_of", "known_difficulties", "nearest_if_off", "number_of"),
        "_numbers": ("KnownDifficulty", "in_year"),
        "_panel": ("Group", "Panel", "Penalty", "Years"),
        "_rule": (
            "Action",
            "Marks",
            "ScoringRule",
            "action_of_sport",
            "actions_to_choose",
            "find_action",
            "position_of",
            "rule_kept_by",
            "find_rule",
            "rules",
        ),
    },
)
