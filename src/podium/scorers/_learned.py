"""What `fit` or `restore` gives a scorer: asked for before, it says that the scorer is not fitted.

    class Mine:
        name = "mine"
        _weights = Learned[Floats]()

Reading `_weights` before it was set raises `NotFitted`; setting and reading it are as of any other
attribute.
"""

from typing import Any, Generic, Self, TypeVar, overload

from podium.errors import NotFitted

Value = TypeVar("Value")


class Learned(Generic[Value]):
    """An attribute of a scorer that is not there before the scorer has learned."""

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, scorer: None, owner: type[Any]) -> Self: ...

    @overload
    def __get__(self, scorer: Any, owner: type[Any]) -> Value: ...

    def __get__(self, scorer: Any, owner: type[Any]) -> Self | Value:
        if scorer is None:
            return self
        if self._name not in vars(scorer):
            raise NotFitted(
                f"the scorer {scorer.name} is not fitted: call fit with scored performances first, "
                "or load a model"
            )
        value: Value = vars(scorer)[self._name]
        return value

    def __set__(self, scorer: Any, value: Value) -> None:
        vars(scorer)[self._name] = value
