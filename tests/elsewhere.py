"""Files that lie elsewhere: a web server of this machine, and fsspec's file system in memory."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, str], bytes]


class Server:
    """A web server that answers a path with a code, headers and a content; it knows who asked."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.secrets: list[str | None] = []
        self.posts: dict[str, Callable[[bytes], Any]] = {}
        self.address = ""


@contextmanager
def web_server(answers: dict[str, Answer] | None = None) -> Iterator[Server]:
    """Serve on a free port of this machine, to the end of the block."""
    served = Server(answers or {})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            served.secrets.append(self.headers.get("Authorization"))
            path = self.path.partition("?")[0]
            code, headers, content = served.answers.get(path, (404, {}, b"nothing"))
            self._answer(code, headers, content)

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if answer := served.posts.get(self.path.partition("?")[0]):
                known = {"Content-Type": "application/json"}
                self._answer(200, known, json.dumps(answer(content)).encode())
            else:
                self._answer(404, {}, b"")

        def _answer(self, code: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(code)
            for name, value in ({"Content-Length": str(len(content))} | headers).items():
                if value:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    served.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def put(address: str, content: bytes) -> str:
    """Put a file into fsspec's memory, and return its address."""
    import fsspec

    fsspec.filesystem("memory").pipe_file(address, content)
    return address
