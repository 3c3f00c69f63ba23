"""What opens the records, and what does not."""

from __future__ import annotations

import errno
import os
import re
import stat
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from passerby.errors import (
    OutputExists,
    OutputUnwritable,
    StoreDamaged,
    StoreLocked,
    UnreadableInput,
    UsageError,
)
from passerby.store import KeyFile, Passphrase, RecoveryKey, Store, lock
from passerby.store.database import Database
from passerby.store.lock import Slot, make_lock
from passerby.store.seal import Cost
from passerby.store.tables import read_lock, write_lock
from store_parts import PHRASE, found_in, sql


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[Cost]:
    """The costs of the derivations that are made."""
    costs: list[Cost] = []
    inner = lock.stretch

    def stretch(material: bytes, salt: bytes, cost: Cost) -> bytes:
        costs.append(cost)
        return inner(material, salt, cost)

    monkeypatch.setattr(lock, "stretch", stretch)
    return costs


def test_a_wrong_passphrase_after_the_derivation(folder: Path, derived: list[Cost]) -> None:
    before = (folder / "records.db").read_bytes()
    with pytest.raises(StoreLocked, match="not the right passphrase"):
        Store.open(folder, Passphrase("correct horse, battery staples"))
    assert derived == [Cost()]
    assert (folder / "records.db").read_bytes() == before


def test_the_derivation_needs_memory() -> None:
    """At least the second choice of RFC 9106: 64 MiB, 3 passes."""
    assert Cost().allowed
    assert Cost().memory >= 64 * 1024
    assert Cost().passes >= 3
    for cheap in (Cost(memory=64 * 1024 - 1), Cost(passes=2), Cost(lanes=0)):
        assert not cheap.allowed
    assert not Cost(memory=2**32 - 1).allowed


def test_a_test_vector_of_argon2id() -> None:
    """RFC 9106, 5.3: the library computes what the standard says."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    derivation = Argon2id(
        salt=bytes([2] * 16),
        length=32,
        iterations=3,
        lanes=4,
        memory_cost=32,
        ad=bytes([4] * 12),
        secret=bytes([3] * 8),
    )
    assert derivation.derive(bytes([1] * 32)).hex() == (
        "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    )


@pytest.mark.parametrize("cost", [Cost(memory=8), Cost(passes=1), Cost(memory=5 * 1024 * 1024)])
def test_a_cheaper_derivation_is_refused(
    folder: Path, derived: list[Cost], cost: Cost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that somebody made well, but for what a guess costs."""
    with monkeypatch.context() as patch:
        patch.setattr(lock, "Cost", lambda: cost)
        patch.setattr(lock, "stretch", lambda material, salt, cost: bytes(32))
        cheap = make_lock(PHRASE, bytes(32))
    database = Database(folder, wait=1, read_only=False)
    with database.writing():
        write_lock(database, cheap)
    database.close()
    with pytest.raises(StoreDamaged, match="weaker than any that Passerby writes"):
        Store.open(folder, PHRASE)
    assert derived == []


def test_accents_open_however_they_are_typed(tmp_path: Path) -> None:
    Store.create(tmp_path, Passphrase("eight caf\N{LATIN SMALL LETTER E WITH ACUTE}"))[0].close()
    Store.open(tmp_path, Passphrase("eight cafe\N{COMBINING ACUTE ACCENT}")).close()


@pytest.mark.parametrize("use", [Store.create, Store.open])
def test_an_empty_passphrase(folder: Path, tmp_path: Path, use: object) -> None:
    place = folder if use == Store.open else tmp_path / "new"
    with pytest.raises(UsageError, match="passphrase is empty"):
        use(place, Passphrase(""))  # type: ignore[operator]
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "text", ["seven c", "e\N{COMBINING ACUTE ACCENT}" * 7, "cs six\ud83d\udc34"]
)
def test_a_passphrase_of_fewer_than_eight_characters(
    folder: Path, tmp_path: Path, text: str
) -> None:
    with pytest.raises(UsageError, match="fewer than 8 characters"):
        Store.create(tmp_path / "new", Passphrase(text))
    assert not (tmp_path / "new").exists()
    with Store.open(folder, PHRASE) as store:
        with pytest.raises(UsageError, match="fewer than 8 characters"):
            store.change_secret(Passphrase(text))
        store.change_secret(Passphrase(text + "!"))
    Store.open(folder, Passphrase(text + "!")).close()


def test_a_key_file_beside_what_it_opens(folder: Path, tmp_path: Path) -> None:
    inside = KeyFile.create(folder / "key")
    (tmp_path / "link").symlink_to(inside.path)
    with Store.open(folder, PHRASE) as store:
        for path in (inside.path, tmp_path / "link", folder / ".." / folder.name / "key"):
            with pytest.raises(UsageError, match="lies in the folder of the records"):
                store.change_secret(KeyFile(path))
    with pytest.raises(UsageError, match="lies in the folder of the records"):
        Store.create(folder, inside)
    Store.open(folder, PHRASE).close()


def test_no_core_is_dumped_of_a_process_that_opened_records(folder: Path) -> None:
    code = (
        f"import resource, sys; sys.path[:] = {sys.path}\n"
        "from pathlib import Path\n"
        "from passerby.store import Store\n"
        "from store_parts import PHRASE\n"
        "core = resource.RLIMIT_CORE\n"
        "hard = resource.getrlimit(core)[1]\n"
        "resource.setrlimit(core, (hard, hard))\n"
        "Store.open(Path(sys.argv[1]), PHRASE, read_only=True).close()\n"
        "print(hard, *resource.getrlimit(core))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
    )
    before, soft, hard = map(int, done.stdout.split())
    assert (soft, hard) == (0, before)


def test_a_recovery_key_is_shown_before_it_is_the_one(folder: Path, recovery: str) -> None:
    shown: list[str] = []

    def full(text: str) -> None:
        shown.append(text)
        raise OutputUnwritable("stderr is full")

    with Store.open(folder, RecoveryKey(recovery)) as store:
        with pytest.raises(OutputUnwritable):
            store.renew_recovery_key(full)
        Store.open(folder, RecoveryKey(recovery)).close()
        with pytest.raises(StoreLocked):
            Store.open(folder, RecoveryKey(shown[0]))
        assert store.renew_recovery_key(shown.append) == shown[1]
    with pytest.raises(StoreLocked):
        Store.open(folder, RecoveryKey(recovery))
    Store.open(folder, RecoveryKey(shown[1])).close()


def test_secrets_are_not_shown() -> None:
    assert "battery" not in repr(PHRASE)
    assert "ABCDE" not in repr(RecoveryKey("ABCDE"))


def test_a_key_file(tmp_path: Path) -> None:
    key = KeyFile.create(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    Store.create(tmp_path / "records", key)[0].close()
    Store.open(tmp_path / "records", key).close()
    other = KeyFile.create(tmp_path / "other")
    assert (tmp_path / "key").read_bytes() != (tmp_path / "other").read_bytes()
    with pytest.raises(StoreLocked, match="not the right key file"):
        Store.open(tmp_path / "records", other)
    with pytest.raises(StoreLocked, match="open with a key file, not with a passphrase"):
        Store.open(tmp_path / "records", PHRASE)
    with pytest.raises(OutputExists):
        KeyFile.create(tmp_path / "key")
    with pytest.raises(OutputUnwritable):
        KeyFile.create(tmp_path / "nowhere" / "key")


def test_a_key_file_that_cannot_be_one(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="cannot be read: No such file"):
        Store.create(tmp_path / "records", KeyFile(tmp_path / "key"))
    for size in (0, 31, 1024 * 1024 + 1):
        (tmp_path / "key").write_bytes(bytes(size))
        with pytest.raises(UsageError, match="a key file has 32 to"):
            Store.create(tmp_path / "records", KeyFile(tmp_path / "key"))
    assert not (tmp_path / "records").exists()


def test_the_recovery_key_opens_without_a_derivation(
    folder: Path, pair: tuple[str, str], recovery: str, derived: list[Cost]
) -> None:
    anna, _ = pair
    derived.clear()
    with Store.open(folder, RecoveryKey(recovery)) as store:
        assert len(store.entries(anna)) == 3
    assert derived == []


def test_how_the_recovery_key_is_written(recovery: str) -> None:
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){7}[0-9A-HJKMNP-TV-Z]{5}", recovery)


def test_the_recovery_key_as_people_type_it(folder: Path, recovery: str) -> None:
    for typed in (
        recovery.lower(),
        recovery.replace("-", ""),
        f"  {recovery.replace('-', ' ')}\n",
        recovery.replace("0", "O").replace("1", "l"),
    ):
        Store.open(folder, RecoveryKey(typed)).close()


def test_every_typo_is_told_from_a_wrong_key(folder: Path, recovery: str, tmp_path: Path) -> None:
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    for place, right in enumerate(recovery):
        if right == "-":
            continue
        for wrong in letters.replace(right, ""):
            with pytest.raises(StoreLocked, match="no recovery key as it was shown"):
                RecoveryKey(recovery[:place] + wrong + recovery[place + 1 :]).material()
    for typed in ("", recovery[:-1], recovery + "0", recovery + "00000000", recovery[:-1] + "U"):
        with pytest.raises(StoreLocked, match="a character is missing or wrong"):
            Store.open(folder, RecoveryKey(typed))
    store, other = Store.create(tmp_path / "other", PHRASE)
    store.close()
    with pytest.raises(StoreLocked, match="not the right recovery key"):
        Store.open(folder, RecoveryKey(other))


def test_another_secret(folder: Path, pair: tuple[str, str], recovery: str, tmp_path: Path) -> None:
    anna, _ = pair
    key = KeyFile.create(tmp_path / "key")
    ((sealed,),) = sql(folder, "SELECT sealed FROM lock WHERE slot = 'secret'")
    with Store.open(folder, RecoveryKey(recovery)) as store:
        store.change_secret(key)
        assert found_in(folder, sealed) == []
    with pytest.raises(StoreLocked):
        Store.open(folder, PHRASE)
    for secret in (key, RecoveryKey(recovery)):
        with Store.open(folder, secret) as store:
            assert len(store.entries(anna)) == 3
            assert store.check() == ()


def test_another_recovery_key(folder: Path, recovery: str) -> None:
    ((sealed,),) = sql(folder, "SELECT sealed FROM lock WHERE slot = 'recovery'")
    with Store.open(folder, PHRASE) as store:
        renewed = store.renew_recovery_key()
        assert found_in(folder, sealed) == []
    with pytest.raises(StoreLocked, match="not the right recovery key"):
        Store.open(folder, RecoveryKey(recovery))
    Store.open(folder, RecoveryKey(renewed)).close()
    Store.open(folder, PHRASE).close()


def test_a_recovery_key_is_not_chosen(store: Store, recovery: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        store.change_secret(RecoveryKey(recovery))
    with pytest.raises(UsageError):
        Store.create(tmp_path / "new", RecoveryKey(recovery))


def test_both_locks_hold_one_master_key_under_salts_of_their_own(folder: Path) -> None:
    database = Database(folder, wait=1, read_only=True)
    locks = [read_lock(database, slot) for slot in Slot]
    database.close()
    assert len({entry.salt for entry in locks}) == 2
    assert all(len(entry.salt) == 16 for entry in locks)


def test_a_passphrase_of_bytes_that_are_no_text(tmp_path: Path) -> None:
    odd = Passphrase(os.fsdecode(b"\xff\xfe secret"))
    Store.create(tmp_path / "records", odd)[0].close()
    Store.open(tmp_path / "records", odd).close()


def test_characters_in_two_halves_open_as_whole_ones(tmp_path: Path) -> None:
    """A Windows console hands them out so, and a passphrase file does not."""
    Store.create(tmp_path / "records", Passphrase("a horse \N{HORSE FACE}"))[0].close()
    Store.open(tmp_path / "records", Passphrase("a horse \ud83d\udc34")).close()


def test_half_of_a_character_is_not_told_with_the_passphrase(tmp_path: Path) -> None:
    odd = Passphrase(PHRASE.text + "\ud83d")
    with pytest.raises(UsageError, match="half of a character") as caught:
        Store.create(tmp_path / "records", odd)
    assert PHRASE.text not in "".join(traceback.format_exception(caught.value))
    assert not (tmp_path / "records").exists()


def test_a_key_file_is_not_left_by_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty one would be in the way of the next run, and looks like a key."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputUnwritable, match="No space left"):
        KeyFile.create(tmp_path / "key")
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_a_key_file_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(number: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{number}").readlink()))
        real(number)

    monkeypatch.setattr(os, "fsync", fsync)
    KeyFile.create(tmp_path / "key")
    assert synced == [str(tmp_path / "key"), str(tmp_path)]
