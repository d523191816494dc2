"""Files that lie elsewhere: a web server of this machine, and fsspec's file system in memory."""

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
        self.address = ""


@contextmanager
def web_server(answers: dict[str, Answer] | None = None) -> Iterator[Server]:
    """Serve on a free port of this machine, to the end of the block."""
    served = Server(answers or {})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            path = self.path.partition("?")[0]
            code, headers, content = served.answers.get(path, (404, {}, b"nothing"))
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


Put = Callable[[str, bytes], str]
