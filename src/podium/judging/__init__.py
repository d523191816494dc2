"""The rules of sports: what judges' marks make of a performance, one file a sport."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.judging._rule import Action as Action
    from podium.judging._rule import Marks as Marks
    from podium.judging._rule import ScoringRule as ScoringRule
    from podium.judging._rule import actions_to_choose as actions_to_choose
    from podium.judging._rule import find_action as find_action
    from podium.judging._rule import find_rule as find_rule
    from podium.judging._rule import position_of as position_of
    from podium.judging._rule import rule_kept_by as rule_kept_by
    from podium.judging._rule import rules as rules

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "_rule": (
            "Action",
            "Marks",
            "ScoringRule",
            "actions_to_choose",
            "find_action",
            "position_of",
            "rule_kept_by",
            "find_rule",
            "rules",
        ),
    },
)
