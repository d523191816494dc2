"""A Firefox without a window, asked over its own protocol (Marionette): no driver is needed."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PREFERENCES = {
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.download.folderList": 2,  # whatever is saved goes into the folder that is named
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "marionette.port": 0,
    "media.autoplay.default": 0,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}

KEYS = {"Control": "\ue009", "Shift": "\ue008", "ArrowLeft": "\ue012", "ArrowRight": "\ue014",
        "Home": "\ue011", "End": "\ue010", "F8": "\ue038", "F9": "\ue039", "Tab": "\ue004",
        "ArrowUp": "\ue013", "ArrowDown": "\ue015", "Enter": "\ue007"}  # fmt: skip
"""As WebDriver names the keys that write nothing."""

COMPLAINTS = """
const found = [];
for (const message of Services.console.getMessageArray()) {
  if (!(message instanceof Ci.nsIScriptError)) continue;
  if (/^(file|http|blob):/.test(message.sourceName)) found.push(message.errorMessage);
}
Services.console.reset();
return found;
"""

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Firefox:
    """One page in one window."""

    def __init__(self, connection: socket.socket, downloads: Path) -> None:
        self.downloads = downloads
        self._file = connection.makefile("rwb")
        self._number = 0
        self._read()  # how it introduces itself
        self._ask("WebDriver:NewSession", {})
        self._ask("WebDriver:SetTimeouts", {"script": 60_000, "pageLoad": 60_000})

    def goto(self, url: str) -> None:
        self._ask("WebDriver:Navigate", {"url": url})

    def evaluate(self, script: str, *arguments: Any) -> Any:
        """Run `return ...` in the page; a promise is waited for."""
        return self._ask(
            "WebDriver:ExecuteScript", {"script": script, "args": arguments, "sandbox": None}
        )["value"]

    def press(self, combination: str) -> None:
        """Press keys, such as `Control+ArrowRight`."""
        keys = [KEYS.get(name, name) for name in combination.split("+")]
        down = [{"type": "keyDown", "value": key} for key in keys]
        up = [{"type": "keyUp", "value": key} for key in reversed(keys)]
        actions = [{"type": "key", "id": "keys", "actions": down + up}]
        self._ask("WebDriver:PerformActions", {"actions": actions})

    def click(self, x: float, y: float) -> None:
        """Press and release the mouse at a place of the window, in pixels."""
        actions = [
            {"type": "pointerMove", "x": round(x), "y": round(y)},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}}
        self._ask("WebDriver:PerformActions", {"actions": [mouse | {"actions": actions}]})

    def put_files(self, selector: str, *paths: Path) -> None:
        """Choose files as a user would in the dialog."""
        found = self._ask("WebDriver:FindElement", {"using": "css selector", "value": selector})
        element = found["value"][ELEMENT]
        text = "\n".join(map(str, paths))
        self._ask("WebDriver:ElementSendKeys", {"id": element, "text": text})

    def wait(self, script: str, seconds: float = 60) -> None:
        """Wait until a condition holds in the page."""
        end = time.monotonic() + seconds
        while not self.evaluate(f"return Boolean({script})"):
            assert time.monotonic() < end, script
            time.sleep(0.05)

    def complaints(self) -> list[str]:
        """List the errors and warnings that pages from a disk or this machine have caused."""
        self._ask("Marionette:SetContext", {"value": "chrome"})
        try:
            return self.evaluate(COMPLAINTS)
        finally:
            self._ask("Marionette:SetContext", {"value": "content"})

    def _ask(self, command: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        text = json.dumps([0, self._number, command, parameters]).encode()
        self._file.write(b"%d:%s" % (len(text), text))
        self._file.flush()
        _, _, error, result = self._read()
        assert error is None, f"{command}: {error}"
        return result

    def _read(self) -> Any:
        n_bytes = b""
        while (letter := self._file.read(1)) != b":":
            assert letter, "Firefox has closed the connection"
            n_bytes += letter
        return json.loads(self._file.read(int(n_bytes)))


@contextmanager
def running(program: str, folder: Path, more: Mapping[str, Any] | None = None) -> Iterator[Firefox]:
    """Run a Firefox with a new profile in `folder` until the end of the block.

    `more` are preferences beside `PREFERENCES`.
    """
    preferences = PREFERENCES | dict(more or {})
    profile = folder / "profile"
    profile.mkdir()
    downloads = folder / "downloads"
    chosen = preferences | {"browser.download.dir": str(downloads)}
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in chosen.items()]
    (profile / "user.js").write_text("\n".join(lines), "utf-8")
    command = [program, "--headless", "--no-remote", "--marionette",
               "--remote-allow-system-access", "--profile", str(profile)]  # fmt: skip
    silent = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=silent, stderr=silent, start_new_session=True)
    try:
        with socket.create_connection(("127.0.0.1", _port(profile)), timeout=120) as connection:
            yield Firefox(connection, downloads)
    finally:
        process.terminate()
        process.wait(60)


def _port(profile: Path) -> int:
    """Wait until Firefox has written down which free port it took."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            return int((profile / "MarionetteActivePort").read_text())
        except (OSError, ValueError):
            time.sleep(0.1)
    raise AssertionError("Firefox did not open its port")
