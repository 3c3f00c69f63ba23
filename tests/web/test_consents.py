"""The register of consents in the page: locked, opened, and never more than it has to tell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consent_parts import CONTACT, EVIDENCE, granted
from passerby.consent.facts import Scope
from passerby.consent.register import Register
from passerby.store import Passphrase
from review_server import Server, fill, serving

WORDS = "a passphrase for the tests"


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("consents")
    first, _ = fill(root / "march", 2)
    sha256 = hashlib.sha256(first.read_bytes()).hexdigest()
    register, _ = Register.create(root / "register", Passphrase(WORDS))
    with register:
        register.add(granted(Scope(pictures=(sha256,))))
        register.add(granted(Scope(events=("another",))))
    with serving(root / "march", root / "out", "--consents", str(root / "register")) as server:
        server.detected()
        yield server


def keep(server: Server, name: str, consent: str) -> tuple[int, dict[str, Any]]:
    one = server.ids()[name]
    state = server.client.get(f"api/pictures/{one}").json()
    wish = {"kind": "decide", "face": state["faces"][0]["id"], "action": "keep", "consent": consent}
    answer = server.write(
        "POST", f"api/pictures/{one}/changes", json={"base": state["version"], "do": [wish]}
    )
    return answer.status_code, answer.json()


def unlock(server: Server) -> None:
    answer = server.write("POST", "api/consents/unlock", json={"passphrase": WORDS})
    assert answer.json() == {"state": "open"}


def publish(server: Server) -> dict[str, Any]:
    server.write("POST", "api/publish", json={"pictures": "all"})
    done: dict[str, Any] = server.wait_until(
        lambda: (p := server.session()["publishing"]) and not p["running"] and p
    )
    return {file["name"]: file for file in done["files"]}


def test_while_it_is_locked_nothing_is_told_and_nobody_is_kept(review: Server) -> None:
    assert review.session()["consents"] == {"state": "locked"}
    assert review.client.get("api/consents").json() == {"state": "locked", "consents": []}
    code, told = keep(review, "p0.jpg", "0" * 32)
    assert (code, told["error"]["code"]) == (403, "store.locked")
    evidence = review.write("PUT", "api/consents/evidence?name=a.pdf", content=EVIDENCE)
    assert evidence.status_code == 403
    for guess in ("", "wrong", WORDS + "x"):
        answer = review.write("POST", "api/consents/unlock", json={"passphrase": guess})
        assert answer.status_code in (400, 403)
    assert review.client.get("api/consents").json()["state"] == "locked"


def test_a_consent_lets_a_face_stay_where_it_allows_it(review: Server) -> None:
    unlock(review)
    ids = review.ids()
    rows = review.client.get(f"api/consents?picture={ids['p0.jpg']}").json()["consents"]
    assert [row["problem"] is None for row in rows] == [True, False]
    other = review.client.get(f"api/consents?picture={ids['p1.jpg']}").json()["consents"]
    assert [row["problem"] is None for row in other] == [False, False]
    for name, consent in (("p1.jpg", rows[0]["id"]), ("p0.jpg", rows[1]["id"]), ("p0.jpg", "x")):
        code, told = keep(review, name, consent)
        assert (code, told["error"]["code"]) == (409, "input.consent")
    code, state = keep(review, "p0.jpg", rows[0]["id"])
    assert code == 200
    assert state["keep"] == 1
    files = publish(review)
    assert [file["outcome"] for file in files.values()] == ["published"] * 2
    register = Path(review.folder.parent / "register")
    with Register.open(register, Passphrase(WORDS)) as opened:
        relying = {one.id: len(one.files) for one in opened.consents()}
    assert relying == {rows[0]["id"]: 1, rows[1]["id"]: 0}


def test_what_was_withdrawn_meanwhile_is_not_published(review: Server) -> None:
    unlock(review)
    one = review.ids()["p0.jpg"]
    rows = review.client.get(f"api/consents?picture={one}").json()["consents"]
    assert keep(review, "p0.jpg", rows[0]["id"])[0] == 200
    with Register.open(review.folder.parent / "register", Passphrase(WORDS)) as opened:
        opened.withdraw(rows[0]["id"])
    file = publish(review)["p0.jpg"]
    assert file["problem"]["code"] == "input.consent"
    (row, _) = review.client.get("api/consents").json()["consents"]
    assert row["standing"] == "withdrawn"


def test_a_consent_is_recorded_from_the_page(review: Server) -> None:
    unlock(review)
    one = review.ids()["p1.jpg"]
    kept = review.write("PUT", "api/consents/evidence?name=form.pdf", content=EVIDENCE)
    wish = {
        "picture": one,
        "purpose": "portrait on the website",
        "contact": CONTACT,
        "start": "2026-01-01",
        "end": None,
        "keep_until": "2099-01-01",
        "evidence": kept.json()["evidence"],
    }
    for broken in (
        {"purpose": ""},
        {"start": "yesterday"},
        {"evidence": "0" * 32},
        {"events": [7]},
        {"picture": "../p1.jpg"},
        {"contact": None},
    ):
        answer = review.write("POST", "api/consents", json={**wish, **broken})
        assert answer.status_code in (400, 404), broken
    answer = review.write("POST", "api/consents", json=wish)
    assert answer.status_code == 201, answer.text
    assert answer.json()["problem"] is None
    assert keep(review, "p1.jpg", answer.json()["id"])[0] == 200
    # Who she is went in; it does not come out, and the file is not there a second time.
    everything = review.client.get("api/consents").text + review.client.get("api/session").text
    assert CONTACT.split(",")[0] not in everything
    assert review.write("POST", "api/consents", json=wish).status_code == 400
    assert CONTACT.split(",")[0] not in review.log.read_text()
    assert WORDS not in review.log.read_text()
