"""A headless Chromium, driven over a pipe by its DevTools protocol: no package beside Python's own library."""

import fcntl
import json
import os
import select
import signal
import subprocess
import tempfile
import time


class Browser:
    """One browser process with a profile of its own; both are gone when the `with` block is left, however that happens."""

    def __init__(self, path, limit=90):
        self.deadline = time.monotonic() + limit
        self.profile = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        command_read, self.write_end = os.pipe()
        self.read_end, answer_write = os.pipe()
        # High numbers, so that making them 3 and 4 in the browser cannot overwrite one that is still needed.
        high_read = fcntl.fcntl(command_read, fcntl.F_DUPFD, 60)
        high_write = fcntl.fcntl(answer_write, fcntl.F_DUPFD, 60)
        script = f'exec "$@" 3<&{high_read} 4>&{high_write} {high_read}<&- {high_write}>&-'
        options = [
            "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}", "--no-first-run",
            "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking",
            "--disable-component-update", "--no-default-browser-check", "--hide-scrollbars", "--mute-audio",
        ]
        if os.geteuid() == 0:
            options.append("--no-sandbox")
        self.process = subprocess.Popen(
            ["bash", "-c", script, "chromium", path, *options, "about:blank"], pass_fds=(high_read, high_write),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(os.environ["CHROMIUM_LOG"], "wb") if "CHROMIUM_LOG" in os.environ else subprocess.DEVNULL, start_new_session=True)
        for number in (command_read, answer_write, high_read, high_write):
            os.close(number)
        self.buffer = b""
        self.number = 0
        self.events = []
        self.last = ""

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(SystemExit("The browser took too long.")))
        return self

    def __exit__(self, *_):
        for number in (self.write_end, self.read_end):
            os.close(number)
        try:
            self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            pass
        try:
            # The group is the browser's own: it was started in a session of its own.
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.profile.cleanup()

    def _message(self):
        while b"\0" not in self.buffer:
            left = self.deadline - time.monotonic()
            if left <= 0 or not select.select([self.read_end], [], [], left)[0]:
                raise SystemExit(f"The browser does not answer {self.last}.")
            piece = os.read(self.read_end, 1 << 20)
            if not piece:
                raise SystemExit("The browser has ended.")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def send(self, method, session=None, **parameters):
        """Sends a command and waits for its answer; events that come meanwhile are kept."""
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        self.last = f"{method} {str(parameters)[:200]}"
        os.write(self.write_end, json.dumps(command).encode() + b"\0")
        while True:
            message = self._message()
            if message.get("id") == self.number:
                if "error" in message:
                    raise SystemExit(f"{method}: {message['error']['message']}")
                return message["result"]
            self.events.append(message)

    def wait(self, method, session):
        """Waits for an event."""
        while True:
            for index, event in enumerate(self.events):
                if event.get("method") == method and event.get("sessionId") == session:
                    return self.events.pop(index)
            self.events.append(self._message())

    def page(self):
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        page = Page(self, self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        page.send("Page.bringToFront")
        return page


class Page:
    """One tab."""

    KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), " ": (32, " "), "ArrowLeft": (37, ""), "ArrowRight": (39, ""), "Home": (36, "")}

    def __init__(self, browser, session):
        self.browser, self.session = browser, session
        for domain in ("Page", "Runtime", "Log", "DOM", "Accessibility"):
            self.send(f"{domain}.enable")

    def send(self, method, **parameters):
        return self.browser.send(method, self.session, **parameters)

    def size(self, width, height, mobile=False):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, screenWidth=width, screenHeight=height, deviceScaleFactor=1, mobile=mobile)

    def colours(self, scheme):
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, url):
        self.browser.events.clear()
        # Another part of the same page is no other page: nothing is loaded.
        if "loaderId" in self.send("Page.navigate", url=url):
            self.browser.wait("Page.loadEventFired", self.session)

    def run(self, script):
        """The value of an expression; what it throws ends the test."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise SystemExit(f"{script[:80]}: {details.get('exception', {}).get('description', details['text'])}")
        return answer["result"].get("value")

    def press(self, key, shift=False):
        code, text = self.KEYS[key]
        names = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        down = {"text": text} if text else {}
        self.send("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **names, **down)
        self.send("Input.dispatchKeyEvent", type="keyUp", **names)

    def errors(self):
        """What the console has complained of since the page was opened."""
        found = []
        for event in self.browser.events:
            parameters = event.get("params", {})
            if event.get("sessionId") != self.session:
                continue
            if event["method"] == "Runtime.exceptionThrown":
                found.append(parameters["exceptionDetails"].get("exception", {}).get("description", "an exception"))
            elif event["method"] == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
                found.append(" ".join(str(part.get("value", part.get("description"))) for part in parameters["args"]))
            elif event["method"] == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                found.append(parameters["entry"]["text"])
        return found

    def shoot(self, path, whole=False):
        import base64

        picture = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **(
            {"clip": {**self.run("({x: 0, y: 0, width: Math.min(innerWidth, screen.width), height: Math.min(document.documentElement.scrollHeight, 6000)})"), "scale": 1}}
            if whole else {}))
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))
