"""Reads requests so that nothing odd in them is passed over: see `CarefulRoute`."""

from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

from podium.errors import UnusableFile
from podium.machine.files import parse_json
from podium.web.refusals import shorten


class CarefulRequest(Request):
    """A request whose JSON is read as Podium reads files of it."""

    async def json(self) -> Any:
        """Return what the body says; endless nesting and numbers that are none are refused."""
        try:
            return parse_json(await self.body(), "the body of the request")
        except UnusableFile as error:
            raise HTTPException(400, str(error)) from error


class CarefulRoute(APIRoute):
    """A route that refuses a query it does not understand (422), in place of ignoring it.

    Only routes that the description of the interface has are this strict; an address of the page
    may have anything behind it.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers the requests of this route."""
        handle = super().get_route_handler()
        known = [parameter.alias for parameter in self.dependant.query_params]

        async def handle_with_care(request: Request) -> Response:
            if self.include_in_schema and request.scope["query_string"]:
                _require_known(request, known)
            return await handle(CarefulRequest(request.scope, request.receive))

        return handle_with_care


def _require_known(request: Request, known: list[str]) -> None:
    given = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in given.items():
        if name not in known:
            choice = f"choose one of {', '.join(known)}" if known else "leave it out"
            raise HTTPException(
                422, f"there is no query parameter {shorten(name)!r} here: {choice}"
            )
        if times > 1:
            raise HTTPException(
                422, f"the query parameter {name!r} is given {times} times: give it once"
            )
