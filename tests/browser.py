"""A real browser without a screen: Debian's Chromium, asked by the WebDriver protocol (W3C 2018), in JSON."""

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DRIVER, CHROMIUM = shutil.which("chromedriver"), shutil.which("chromium")
MISSING = "needs chromium and chromium-driver, packages of Debian"
_FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage")
_DRAWN = """
return !document.getElementById("charts") || document.documentElement.dataset.charts === "drawn"
"""


class Browser:
    """One window of it."""

    def __init__(self, port: int) -> None:
        self._root = f"http://127.0.0.1:{port}/session"
        options = {"binary": CHROMIUM, "args": [*_FLAGS, "--proxy-server=127.0.0.1:9"]}  # no network
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        self._root += "/" + self._ask("", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def _ask(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> Any:
        data = None if body is None else json.dumps(body).encode()
        head = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._root + path, data, head, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def open(self, path: Path, *, width: int = 1280, dark: bool = False) -> None:
        """A page from the disk, once its charts are drawn."""
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self._cdp("Emulation.setEmulatedMedia", {"features": scheme})
        self._cdp(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
        )
        self._ask("/url", {"url": path.as_uri()})
        for _ in range(300):
            if self.run(_DRAWN):
                return
            time.sleep(0.1)
        raise AssertionError(f"no charts: {self.console()}")

    def run(self, script: str, *arguments: object) -> Any:
        """What a script of the test returns."""
        return self._ask("/execute/sync", {"script": script, "args": list(arguments)})

    def run_later(self, script: str) -> Any:
        """What a script gives to its last argument, a function."""
        return self._ask("/execute/async", {"script": script, "args": []})

    def console(self) -> list[str]:
        """What the page has complained of since it was last asked."""
        log = self._ask("/se/log", {"type": "browser"})
        return [one["message"] for one in log if one["level"] in ("SEVERE", "WARNING")]

    def move_to(self, x: float, y: float) -> None:
        """The mouse, to a place of the window."""
        move = {"type": "pointerMove", "duration": 0, "x": round(x), "y": round(y)}
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": [move]}
        self._ask("/actions", {"actions": [mouse]})

    def picture(self, place: Path) -> None:
        """The whole page as a PNG."""
        made = self._cdp("Page.captureScreenshot", {"captureBeyondViewport": True})
        place.write_bytes(base64.b64decode(made["data"]))

    def _cdp(self, command: str, parameters: dict[str, Any]) -> Any:
        return self._ask("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def close(self) -> None:
        self._ask("", method="DELETE")


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser for as long as it is needed."""
    assert DRIVER is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    driver = subprocess.Popen(
        [DRIVER, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            try:
                window = Browser(port)
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        yield window
        window.close()
    finally:
        driver.terminate()
        driver.wait(timeout=30)
