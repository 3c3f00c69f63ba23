"""Who may not come in, and what is not told to whom. One real server for all of it."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from passerby.web.pictures import Pictures
from passerby.web.routes import Routes
from review_server import OUTSIDE, SCRIPT, Server, fill, serving, small_picture


def addresses(server: Server) -> list[tuple[str, str]]:
    """Every method and path that is served, with a picture's id where one goes."""
    one = server.ids()["p0.jpg"]
    tables = [*Routes(None).routes(), *Pictures(None).routes()]  # type: ignore[arg-type]
    found = [
        (method, route.path.removeprefix("/").replace("{id}", one))
        for route in tables
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]
    return [("GET", ""), ("GET", "static/index.html"), *found]


def tells_nothing(server: Server, answer: httpx.Response) -> None:
    """No name, no path, no id, no trace, no cookie."""
    for word in ("p0.jpg", str(server.folder), server.folder.name, "Traceback", 'File "'):
        assert word not in answer.text, answer.text
    for one in server.ids().values():
        assert one not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "localhost",
        "localhost:{port}",
        "LOCALHOST:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1.:{port}",
        "127.1:{port}",
        "0.0.0.0:{port}",
        "[::1]:{port}",
        "2130706433:{port}",
        "user@127.0.0.1:{port}",
        "127.0.0.1:{port}.evil.example",
        "",
    ],
)
def test_a_name_that_was_rebound_gets_nothing_even_with_the_cookie(
    server: Server, host: str
) -> None:
    answer = server.client.get("api/session", headers={"host": host.format(port=server.port)})
    assert answer.status_code in (400, 403)
    tells_nothing(server, answer)


def test_two_hosts_or_none_are_refused(server: Server) -> None:
    name, value = server.cookie
    for hosts in ("", f"Host: {server.host}\r\nHost: evil.example\r\n"):
        for version in ("1.0", "1.1"):
            answer = server.raw(
                f"GET {server.room}api/session HTTP/{version}\r\n{hosts}"
                f"Cookie: {name}={value}\r\nConnection: close\r\n\r\n".encode()
            )
            assert answer.split()[1] in (b"400", b"403")
            assert b"p0.jpg" not in answer


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://{host}", "http://127.0.0.1:1", "file://"]
)
def test_another_origin_is_refused_everywhere(server: Server, origin: str) -> None:
    for method, path in addresses(server):
        headers = {"origin": origin.format(host=server.host), "x-passerby": "1"}
        answer = server.client.request(method, path, headers=headers)
        assert answer.status_code == 403, path
        tells_nothing(server, answer)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "whatever"])
@pytest.mark.parametrize("kind", ["empty", "image", "script", "iframe", "object", "style"])
def test_what_another_page_makes_the_browser_fetch_is_refused(
    server: Server, site: str, kind: str
) -> None:
    mode = "navigate" if kind in ("iframe", "object") else "no-cors"
    headers = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": kind}
    for method, path in addresses(server):
        answer = server.client.request(method, path, headers={**headers, "x-passerby": "1"})
        assert answer.status_code == 403, path
        tells_nothing(server, answer)


def test_a_form_of_another_page_changes_nothing(server: Server) -> None:
    one = server.ids()["p0.jpg"]
    before = server.client.get(f"api/pictures/{one}").json()
    wish = {"base": before["version"], "do": [{"kind": "add", "box": [0, 0, 9, 9]}]}
    form = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    for site in ("cross-site", "same-site", "same-origin"):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json"):
            for origin in ({}, {"origin": "null"}, {"origin": "http://evil.example"}):
                answer = server.client.post(
                    f"api/pictures/{one}/changes",
                    content=json.dumps(wish),
                    headers={**form, **origin, "sec-fetch-site": site, "content-type": kind},
                )
                assert answer.status_code == 403
    assert server.client.get(f"api/pictures/{one}").json() == before


def test_a_write_needs_the_header_the_type_and_something_that_says_where_it_is_from(
    server: Server,
) -> None:
    one = server.ids()["p1.jpg"]
    path = f"http://{server.host}{server.room}api/pictures/{one}/undo"
    cookie = {"cookie": "=".join(server.cookie)}
    origin, ours = {"origin": f"http://{server.host}"}, {"x-passerby": "1"}
    for headers in ({}, ours, origin, {**origin, "x-passerby": "2"}):
        assert (
            server.stranger.post(path, json={"base": 1}, headers={**cookie, **headers}).status_code
            == 403
        )
    allowed = {**cookie, **origin, **ours}
    plain = {**allowed, "content-type": "text/plain"}
    assert server.stranger.post(path, content='{"base":1}', headers=plain).status_code == 415
    assert server.stranger.post(path, json={"base": 10**9}, headers=allowed).status_code == 409


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "PATCH", "PROPFIND"])
def test_other_methods_are_refused(server: Server, method: str) -> None:
    answer = server.client.request(method, "api/session")
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


def test_nothing_is_told_without_the_cookie(server: Server) -> None:
    name, value = server.cookie
    wrong = [
        {},
        {"cookie": f"{name}="},
        {"cookie": f"{name}={value}x"},
        {"cookie": f"{name}={value[:-1]}"},
        {"cookie": f"passerby={value}"},
        {"cookie": f"{name.upper()}={value}"},
        {"cookie": f"{name}={value}; {name}={value}"},
        {"cookie": f"{name}=guess; {name}={value}"},
    ]
    for headers in wrong:
        for method, path in addresses(server):
            answer = server.stranger.request(
                method,
                f"http://{server.host}{server.room}{path}",
                headers={**headers, "origin": f"http://{server.host}", "x-passerby": "1"},
            )
            assert answer.status_code == 401, path
            tells_nothing(server, answer)
    for path in ("/", "/api/session", "/other/api/session", "/static/index.html", "/favicon.ico"):
        assert server.stranger.get(f"http://{server.host}{path}").status_code == 401


def test_a_used_link_opens_nothing(server: Server) -> None:
    for _ in range(2):
        answer = server.stranger.get(server.address)
        assert answer.status_code == 401
        tells_nothing(server, answer)
    made_up = server.stranger.get(f"http://{server.host}/login/{'A' * 43}")
    assert made_up.status_code == 401
    assert made_up.text == server.stranger.get(server.address).text


def test_the_cookie_is_for_the_page_alone(server: Server, tmp_path: Path) -> None:
    fill(tmp_path / "in", 1)
    with serving(tmp_path / "in", tmp_path / "out", login=False) as fresh:
        # Programs that look at links ahead of the person do not use it up.
        assert fresh.stranger.head(fresh.address).status_code == 404
        assert (
            fresh.stranger.get(fresh.address, headers={"sec-purpose": "prefetch"}).status_code
            == 404
        )
        foreign = fresh.stranger.get(fresh.address, headers={"host": "evil.example"})
        assert foreign.status_code == 403
        image = {"sec-fetch-site": "cross-site", "sec-fetch-dest": "image"}
        assert fresh.stranger.get(fresh.address, headers=image).status_code == 403
        set_cookie = fresh.stranger.get(fresh.address).headers["set-cookie"]
        name, _, rest = set_cookie.partition("=")
        value, *attributes = rest.split("; ")
        assert re.fullmatch(r"passerby-[0-9a-f]{16}", name)
        assert len(value) >= 43
        (path,) = (a for a in attributes if a.startswith("Path="))
        assert re.fullmatch(r"Path=/[\w-]{24}/", path)
        assert set(attributes) == {path, "HttpOnly", "SameSite=Strict"}
    assert name != server.cookie[0]
    assert path != f"Path={server.room}"


def test_every_answer_has_the_headers(server: Server) -> None:
    one = server.ids()["p0.jpg"]
    answers = [
        server.client.get(path)
        for path in ("", "api/session", f"pictures/{one}/thumbnail", "nothing", "api/report")
    ]
    answers += [server.stranger.get(f"http://{server.host}/"), server.stranger.get(server.address)]
    answers.append(server.client.get("", headers={"host": "evil.example"}))
    for answer in answers:
        headers = answer.headers
        assert headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["referrer-policy"] == "no-referrer"
        assert "camera=()" in headers["permissions-policy"]
        assert "server" not in headers
        assert "date" not in headers


@pytest.mark.parametrize(
    "path",
    [
        "../{name}",
        "static/../../door.py",
        "static/..%2f..%2fdoor.py",
        "static/%2e%2e/%2e%2e/door.py",
        "static/%252e%252e/%252e%252e/door.py",
        "static/..%5c..%5cdoor.py",
        "static/..\\..\\door.py",
        "static//etc/passwd",
        "static/%2fetc%2fpasswd",
        "static/%00",
        "static/index.html%00.js",
        "static/./index.html",
        "static/index%2ehtml",
        "%61pi/session",
        "static/%c0%ae%c0%ae/door.py",
        "static/..;/door.py",
        "pictures/../../../../etc/passwd/view",
        "pictures/..%2f..%2fetc%2fpasswd/view",
        "pictures/%252e%252e%252fetc%252fpasswd/view",
        "pictures/p0.jpg/view",
        "pictures/link.jpg/thumbnail",
        "api/pictures/..%2fsession",
        "api/../api/session",
        "//{host}/api/session",
    ],
)
def test_no_path_leads_out(server: Server, path: str) -> None:
    target = server.room + path.format(name=OUTSIDE, host=server.host)
    status, body = server.get_raw(target)
    assert status in (400, 404), body
    for word in (b"root:", b"import ", b"p0.jpg", b"\xff\xd8"):
        assert word not in body


def test_an_absolute_target_is_no_way_around(server: Server) -> None:
    for target in (
        f"http://{server.host}{server.room}api/session",
        f"http://evil.example{server.room}api/session",
        f"file://{server.folder}/p0.jpg",
        "*",
    ):
        status, body = server.get_raw(target)
        assert status in (400, 404)
        assert b"p0.jpg" not in body


def test_links_that_lead_out_show_nothing(server: Server) -> None:
    rows = {row["name"]: row for row in server.session()["pictures"]}
    links = [row for name, row in rows.items() if name.startswith("link")]
    assert links
    for row in links:
        assert row["problem"] is not None
        for what in ("thumbnail", "view", "region?box=0,0,99,99"):
            answer = server.client.get(f"pictures/{row['id']}/{what}")
            assert answer.status_code == 422
            assert answer.headers["content-type"] == "application/json"
        preview = server.client.get(f"pictures/{row['id']}/preview?v={row['version']}")
        assert preview.status_code == 422
    assert OUTSIDE not in server.client.get("api/session").text


def test_a_link_put_in_a_files_place_shows_nothing(server: Server) -> None:
    ids = server.ids()
    first, second = server.folder / "swapped.jpg", server.folder / "changed.jpg"
    first.unlink()
    first.symlink_to(server.folder.parent / OUTSIDE / "p0.jpg")
    second.write_bytes(small_picture(20))
    for name in ("swapped.jpg", "changed.jpg"):
        for what in ("thumbnail", "view", "region?box=0,0,99,99"):
            answer = server.client.get(f"pictures/{ids[name]}/{what}")
            # By then the folder may have been listed anew: the picture is not there then.
            assert answer.status_code in (404, 409, 422), answer.text
            assert answer.headers["content-type"] == "application/json"


def test_pictures_that_unpack_to_much_more_are_refused(server: Server) -> None:
    rows = {row["name"]: row for row in server.session()["pictures"]}
    before = server.memory()
    for name in ("bomb.png", "balloon.png"):
        for what in ("thumbnail", "view", "region?box=0,0,99,99"):
            answer = server.client.get(f"pictures/{rows[name]['id']}/{what}")
            if name == "bomb.png":
                assert answer.status_code == 422
                assert answer.json()["error"]["code"] == "limit"
    assert server.memory() - before < 20 * 2**20
    for number in server.processes():
        assert server.memory(number) < 800 * 2**20
    assert server.client.get(f"pictures/{rows['p0.jpg']['id']}/view").status_code == 200


def test_scripts_in_names_and_metadata_stay_text(server: Server) -> None:
    answer = server.client.get("api/session")
    assert answer.headers["content-type"] == "application/json"
    one = server.ids()[SCRIPT]
    for path in (f"api/pictures/{one}", f"api/pictures/{one}/fields"):
        told = server.client.get(path)
        assert told.status_code == 200
        assert told.headers["content-type"] == "application/json"
        assert told.headers["x-content-type-options"] == "nosniff"


def test_what_is_shown_is_pixels_and_nothing_else(server: Server) -> None:
    one = server.ids()["told.jpg"]
    for what in ("thumbnail", "view", "region?box=0,0,99,99"):
        answer = server.client.get(f"pictures/{one}/{what}")
        assert answer.status_code == 200
        for word in (b"Exif", b"Canary", b"script", b"http"):
            assert word not in answer.content
        with Image.open(io.BytesIO(answer.content)) as image:
            assert not image.getexif()
            if what != "region?box=0,0,99,99":
                # Orientation 6: shown upright.
                assert image.height > image.width


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"base":NaN}',
        b'{"base":1e999}',
        b"[" * 100_000,
        b'{"base":' + b"9" * 5000 + b"}",
        b'{"base":true,"do":[]}',
        b'{"base":0,"do":[{"kind":"add","box":[0,0,1e300,9]}]}',
        b'{"base":0,"do":[{"kind":"__class__"}]}',
        b'{"base":0,"do":[{"kind":"decide","face":["x"],"action":"keep"}]}',
        b'{"base":0,"do":[{"kind":"decide","face":"\\ud800","action":"keep"}]}',
        b"\xff\xfe",
    ],
)
def test_bodies_that_make_no_sense_are_refused_politely(server: Server, body: bytes) -> None:
    one = server.ids()["p0.jpg"]
    before = server.client.get(f"api/pictures/{one}").json()
    headers = {"content-type": "application/json", "x-passerby": "1"}
    for what in ("changes", "undo", "signoff"):
        answer = server.client.post(f"api/pictures/{one}/{what}", content=body, headers=headers)
        assert answer.status_code == 400 or (what != "changes" and answer.status_code == 409)
        assert set(answer.json()["error"]) == {"code", "message", "advice"}
    assert server.client.get(f"api/pictures/{one}").json() == before


def test_a_body_that_is_too_large_is_not_read(server: Server) -> None:
    one = server.ids()["p0.jpg"]
    answer = server.write("POST", f"api/pictures/{one}/changes", json={"x": "y" * 300_000})
    assert answer.status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b'{"x":"' + b"y" * 10_000

    streamed = server.write("POST", f"api/pictures/{one}/changes", content=endless())
    assert streamed.status_code in (413, 415)


@pytest.mark.parametrize(
    "query",
    ["box=0,0,0,0", "box=1,2,3", "box=a,b,c,d", "box=0,0,99999999999,5", "box=5000,5000,6000,6000"],
)
def test_boxes_that_make_no_sense_are_refused(server: Server, query: str) -> None:
    one = server.ids()["p0.jpg"]
    answer = server.client.get(f"pictures/{one}/region?{query}")
    assert answer.status_code == 400


def test_sizes_are_bounded(server: Server) -> None:
    one = server.ids()["p0.jpg"]
    for path in ("view?w=999999999", "region?box=-9,-9,9999,9999&w=999999999"):
        answer = server.client.get(f"pictures/{one}/{path}")
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.size == (320, 240)
    for path in ("view?w=-1", "view?w=x", "view?frame=99", "view?w=" + "1" * 400):
        assert server.client.get(f"pictures/{one}/{path}").status_code == 400


def test_only_a_few_tabs_can_listen(server: Server) -> None:
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(server.client.stream("GET", "api/events")) for _ in range(5)]
        assert [answer.status_code for answer in opened] == [200] * 4 + [503]
    server.wait_until(lambda: listens(server))


def listens(server: Server) -> bool:
    with server.client.stream("GET", "api/events") as answer:
        return answer.status_code == 200


def test_nothing_of_all_this_stands_in_a_log(server: Server) -> None:
    text = server.log.read_text()
    name, value = server.cookie
    for word in (value, name, server.address, server.room, "p0.jpg", "told", SCRIPT, "Traceback"):
        assert word not in text
    for one in server.ids().values():
        assert one not in text
