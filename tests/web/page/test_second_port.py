"""A page on another port of this machine, and one under another name, in a real browser.

To a browser both are neighbours: cookies ignore ports, and SameSite calls another port the same
site. The page here even knows the secret path and a picture's id, which it could not.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from passerby.web.opening import LoginFile
from review_server import Server, fill, serving

ATTACKS = """
async (target) => {
  const one = `${target.base}api/pictures/${target.id}`;
  const body = JSON.stringify({base: target.version, do: [
    {kind: "add", shape: "box", box: [0, 0, 9, 9]}]});
  const loads = (name, attributes) => new Promise((resolve) => {
    const element = Object.assign(document.createElement(name), attributes);
    element.onload = () => resolve("loaded");
    element.onerror = () => resolve("refused");
    document.body.append(element);
  });
  const fetches = async (address, options) => {
    const answer = await fetch(address, {credentials: "include", ...options});
    return `${answer.type} ${answer.status} ${await answer.text()}`;
  };
  const listens = (source, good) => new Promise((resolve) => {
    source.onerror = () => resolve("refused");
    source[good] = () => resolve("opened");
  });
  const opens = async () => {
    const opened = window.open(target.base);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return `${opened.closed} ${opened.document.body.innerHTML}`;
  };
  const submits = async (type) => {
    const frame = Object.assign(document.createElement("iframe"), {name: `f${type}`});
    const form = Object.assign(document.createElement("form"), {
      method: "POST", action: `${one}/changes`, enctype: type, target: frame.name});
    form.append(Object.assign(document.createElement("input"), {
      name: body.slice(0, -1) + ',"x":"', value: '"}'}));
    document.body.append(frame, form);
    const done = new Promise((resolve) => { frame.onload = () => resolve("answered"); });
    form.submit();
    await done;
    return frame.contentDocument ? frame.contentDocument.body.innerHTML : "refused";
  };
  const frames = async () => {
    const frame = document.createElement("iframe");
    frame.src = target.base;
    const done = new Promise((resolve) => { frame.onload = resolve; });
    document.body.append(frame);
    await done;
    return frame.contentDocument ? frame.contentDocument.body.innerHTML : "refused";
  };
  const json = {method: "POST", body,
    headers: {"Content-Type": "application/json", "X-Passerby": "1"}};
  const acts = {
    read: () => fetches(`${target.base}api/session`),
    "read blindly": () => fetches(`${target.base}api/session`, {mode: "no-cors"}),
    "picture blindly": () => fetches(`${target.base}pictures/${target.id}/view`,
      {mode: "no-cors"}),
    write: () => fetches(`${one}/changes`, json),
    "write blindly": () => fetches(`${one}/changes`,
      {method: "POST", body, mode: "no-cors", headers: {"Content-Type": "text/plain"}}),
    publish: () => fetches(`${target.base}api/publish`,
      {method: "POST", body: '{"pictures":"all"}', mode: "no-cors"}),
    image: () => loads("img", {src: `${target.base}pictures/${target.id}/thumbnail`}),
    script: () => loads("script", {src: `${target.base}api/session`}),
    module: () => loads("script", {type: "module", src: `${target.base}static/index.html`}),
    style: () => loads("link", {rel: "stylesheet", href: `${target.base}static/index.html`}),
    events: () => listens(new EventSource(`${target.base}api/events`,
      {withCredentials: true}), "onopen"),
    socket: () => listens(new WebSocket(target.base.replace("http", "ws")), "onopen"),
    frame: frames,
    form: () => submits("text/plain"),
    "other form": () => submits("application/x-www-form-urlencoded"),
    window: opens,
  };
  const results = {};
  for (const [name, act] of Object.entries(acts)) {
    try { results[name] = await act(); } catch (error) { results[name] = `refused: ${error.name}`; }
  }
  return results;
}
"""


class Neighbour(BaseHTTPRequestHandler):
    """Whatever listens on another port. It notes what it is sent."""

    heard: list[dict[str, str]] = []  # noqa: RUF012 - one for all requests

    def do_GET(self) -> None:
        type(self).heard.append({"path": self.path, **self.headers})
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Neighbour</title><body></body>")

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def neighbour() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Neighbour) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}/"
        listening.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("victim")
    fill(root / "march", 1)
    with serving(root / "march", root / "out", login=False) as server:
        yield server


@pytest.fixture(scope="module")
def person(browser: Any, victim: Server) -> Iterator[Any]:
    """A browser whose user came in through the file."""
    context = browser.new_context()
    page = context.new_page()
    with LoginFile(victim.address) as file:
        page.goto(file.path.as_uri())
        page.wait_for_url("http://127.0.0.1:*/*/")
    victim.room = "/" + page.url.split("/")[3] + "/"
    victim.client.headers["cookie"] = "; ".join(
        f"{c['name']}={c['value']}" for c in context.cookies(page.url)
    )
    victim.client.base_url = page.url
    victim.detected()
    yield page
    context.close()


def test_a_page_on_a_second_local_port_learns_and_changes_nothing(
    victim: Server, person: Any, neighbour: str
) -> None:
    (one,) = victim.ids().values()
    before = victim.client.get(f"api/pictures/{one}").json()
    evil = person.context.new_page()
    evil.goto(neighbour)
    target = {"base": person.url, "id": one, "version": before["version"]}
    results = evil.evaluate(ATTACKS, target)
    assert len(results) == 16
    for name, result in results.items():
        assert result.startswith("refused"), (name, result)
    assert victim.client.get(f"api/pictures/{one}").json() == before
    assert victim.session()["publishing"] is None
    # The person's own page goes on.
    assert person.evaluate("async () => (await fetch('api/session')).status") == 200


def test_the_cookie_is_not_sent_to_a_second_local_port(
    victim: Server, person: Any, neighbour: str
) -> None:
    Neighbour.heard.clear()
    page = person.context.new_page()
    for path in ("", "api/session", "login/x", "static/app.js"):
        page.goto(neighbour + path)
        page.evaluate("async (path) => fetch('/' + path, {credentials: 'include'})", path)
    assert len(Neighbour.heard) >= 8
    names = [cookie["name"] for cookie in person.context.cookies(person.url)]
    assert len(names) == 1
    for heard in Neighbour.heard:
        assert "passerby" not in str(heard).lower()
        assert victim.room not in str(heard)
    assert page.evaluate("document.cookie") == ""


def test_cookies_of_a_second_local_port_change_nothing(person: Any, neighbour: str) -> None:
    page = person.context.new_page()
    page.goto(neighbour)
    page.evaluate(
        """() => { for (let n = 0; n < 20; n++)
             document.cookie = `passerby-${n}=planted; path=/; max-age=60`; }"""
    )
    assert person.evaluate("async () => (await fetch('api/session')).status") == 200


def test_a_name_that_leads_to_this_machine_shows_nothing(
    browser: Any, victim: Server, person: Any
) -> None:
    path = browser.browser_type.executable_path
    path = "/usr/bin/chromium" if not Path(path).exists() else path
    rebound = browser.browser_type.launch(
        executable_path=path, args=["--host-resolver-rules=MAP evil.test 127.0.0.1"]
    )
    page = rebound.new_page()
    for place in (victim.room, f"{victim.room}api/session", "/"):
        answer = page.goto(f"http://evil.test:{victim.port}{place}")
        assert answer.status == 403
        assert "p0.jpg" not in page.content()
    rebound.close()
