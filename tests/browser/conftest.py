"""A real Chromium for the browser tests, and pages that tell on themselves."""

import functools
import json
import os
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from ipywidgets.embed import dependency_state, embed_data
from playwright.sync_api import sync_playwright

QUIET = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync""".split()
HERE = {"127.0.0.1", "localhost"}
MIME = "application/vnd.jupyter.widget"


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


@pytest.fixture(scope="module")
def watched_page(browser):
    """Open a page that notes its problems in a list: ``watched_page(problems, viewport=...)``."""

    def open_page(problems, **options):
        def on_request(request):
            address = urlsplit(request.url)
            if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in HERE:
                problems.append(f"request to another host: {request.url}")

        def on_console(message):
            if message.type == "error":
                problems.append(f"console: {message.text}")

        page = browser.new_context(**options).new_page()
        page.set_default_timeout(10_000)
        page.on("request", on_request)
        page.on("console", on_console)
        page.on("pageerror", lambda error: problems.append(f"page: {error}"))
        return page

    return open_page


@pytest.fixture
def new_page(watched_page, problems):
    """Open a page, ``new_page(viewport={"width": 390, "height": 800})``; a problem in it fails the test."""
    pages = []

    def open_page(**options):
        pages.append(watched_page(problems, **options))
        return pages[-1]

    yield open_page
    for page in pages:
        page.context.close()
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


# ---- a page of widgets, as the build writes it ----


def as_script(value):
    return json.dumps(value).replace("</", "<\\/")


@pytest.fixture(scope="session")
def static_page():
    """HTML of widgets: ``static_page(*views)`` has their states and one view script for each of `views`."""

    def html(*views):
        widgets = list(dict.fromkeys(views))
        state = embed_data(views=widgets, state=dependency_state(widgets, drop_defaults=False))
        specs = [{"version_major": 2, "version_minor": 0, "model_id": view.model_id} for view in views]
        scripts = [("state", state["manager_state"])] + [("view", spec) for spec in specs]
        body = "\n".join(
            f'<script type="{MIME}-{kind}+json">{as_script(value)}</script>' for kind, value in scripts
        )
        head = """<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Widgets</title><link rel="icon" href="data:,"><script defer src="widgets.js"></script>"""
        main = f"<main><h1>Widgets</h1>{body}</main>"
        return f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{main}</body></html>'

    return html


@pytest.fixture(scope="module")
def folder(tmp_path_factory, root):
    """A site with the page loader and nothing else."""
    path = tmp_path_factory.mktemp("site")
    shutil.copy(root / "book" / "_static" / "widgets.js", path)
    return path


@pytest.fixture(scope="module")
def address(folder, serve):
    """Where that site is served."""
    return serve(folder)


@pytest.fixture
def show(folder, address, page, static_page):
    """Show widgets on a page and wait for all of them: ``show(widget)`` returns the page."""

    def open_page(*views, on=page, name="page.html", from_disk=False):
        (folder / name).write_text(static_page(*views), encoding="utf-8")
        on.goto(f"file://{folder / name}" if from_disk else f"{address}/{name}")
        on.wait_for_function(f"document.querySelectorAll('.cellcnn-widget').length === {len(views)}")
        return on

    return open_page
