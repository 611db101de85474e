"""A real Chromium for the browser tests, and pages that tell on themselves."""

import functools
import os
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

QUIET = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync""".split()
HERE = {"127.0.0.1", "localhost"}


@pytest.fixture(scope="module")
def browser():
    """The system's Chromium. One per file: playwright's event loop must not outlive it into other tests."""
    path = os.environ.get("CHROMIUM", shutil.which("chromium"))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def problems():
    """What went wrong in the pages of a test: console errors, uncaught errors, requests to another host.

    A test that provokes an error checks it here and clears the list.
    """
    return []


@pytest.fixture
def new_page(browser, problems):
    """Open a page, ``new_page(viewport={"width": 390, "height": 800})``; a problem in it fails the test."""
    contexts = []

    def on_request(request):
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in HERE:
            problems.append(f"request to another host: {request.url}")

    def on_console(message):
        if message.type == "error":
            problems.append(f"console: {message.text}")

    def open_page(**options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", on_request)
        page.on("console", on_console)
        page.on("pageerror", lambda error: problems.append(f"page: {error}"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(new_page):
    """A page as on a laptop."""
    return new_page(viewport={"width": 1000, "height": 900})


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder without a line for each request."""

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def serve():
    """Serve a folder: ``serve(folder)`` returns its address, without a slash at the end."""
    servers = []

    def start(folder):
        handler = functools.partial(QuietHandler, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
