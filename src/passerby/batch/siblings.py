"""What lies beside a picture and would undo its redaction: the video of a Live Photo, the RAW, the
original of an edited copy, sidecars that tell people and places, the system's thumbnails.

None of it is ever copied. But who publishes or keeps it beside the copy has hidden nothing, so it
is named. A folder is listed once, whatever the number of its pictures, and each picture asks for
a fixed number of names: the kinds of names are those that cameras, phones and programs give.
Upper and lower case, and the forms of accents, are the same.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from passerby.batch.discover import THUMBNAIL_FOLDERS, Found
from passerby.model.media import HANDLED
from passerby.model.report import Sibling
from passerby.report.text import printable

_VIDEO = "a video of the same moment, as in a Live Photo"
_RAW = "the camera's RAW of the same picture"
_SIDECAR = "a sidecar with what is known of the picture"
_TAKEOUT = "Google's record of the picture: people, place, time"
_EDITS = "Apple's record of edits"
_LAYERS = "a working file of the same picture"
_SOUND = "a voice memo"
_PREVIEW = "the camera's small version of the same recording"
_OTHER_FORMAT = "the same picture in another format"
_BACKUP = "a backup of the same picture"
_EDITED = "the same picture before or after an edit"
_BURST = "another part of the same shot"
_FORK = "what macOS keeps of the file: it may hold a preview and where it is from"
_NAMESAKE = "a file of the same name"
_THUMBNAILS = "thumbnails of the folder"

_SUFFIXES = {
    _VIDEO: ".mov .mp4 .m4v .3gp .avi .mts .mp",
    _RAW: ".dng .cr2 .cr3 .crw .nef .nrw .arw .srf .sr2 .raf .orf .rw2 .pef .srw .3fr .iiq .rwl "
    ".x3f .erf .kdc .dcr .mrw .gpr .raw",
    _SIDECAR: ".xmp .pp3 .dop .vrd .on1 .cos .arp .nksc .gpx .txt .iptc",
    _TAKEOUT: ".json",
    _EDITS: ".aae",
    _LAYERS: ".psd .psb .xcf .kra .afphoto .pxd .ora .pdn .clip",
    _SOUND: ".wav .mp3 .m4a .aac .amr",
    _PREVIEW: ".thm .lrv",
    _OTHER_FORMAT: ".jpg .jpeg .jpe .jfif .png .apng .gif .webp .tif .tiff .bmp .heic .heif .hif "
    ".avif .jxl .jp2",
    _BACKUP: ".bak .orig .original .old",
}
PICTURES = frozenset(f"{_SUFFIXES[_OTHER_FORMAT]} {_SUFFIXES[_RAW]}".split())
"""Suffixes of pictures."""
_BY_SUFFIX = {suffix: what for what, names in _SUFFIXES.items() for suffix in names.split()}

_EDITS_OF = (
    "-edited",
    "-effects",
    "-smile",
    "-mix",
    "-edytowane",
    "-bearbeitet",
    "-bewerkt",
    "-編集済み",
    "-modificato",
    "-modifié",
    "-ha editado",
    "-editado",
    "-editat",
)
"""What Google Photos puts behind the name of an edited copy, by language."""
_COPIES = ("~2", "~3", "~4", " (edited)", "_edited")
_APPLE = re.compile(r"img_([eo]?)(\d{4,})")
"""IMG_E0412 is the edited copy of IMG_0412, IMG_O0412.AAE belongs to both."""
_PIXEL = re.compile(r"(pxl_\d{8}_\d{6,})")
"""Google's cameras: all parts of a shot begin alike (PXL_20240531_120000000.MP.jpg,
.RAW-01.COVER.jpg, .RAW-02.ORIGINAL.dng)."""
_COUNTED = re.compile(r"(.*)(\(\d+\))")
_TAKEOUT_TAIL = ".supplemental-metadata"
_LONG = 40
"""Characters from which a record's name may be cut: Google Takeout leaves 46, of which a number
may take some."""

_FOLDER_WIDE = THUMBNAIL_FOLDERS | frozenset(
    {
        "thumbs.db",
        "ehthumbs.db",
        "ehthumbs_vista.db",
        ".ds_store",
        ".picasa.ini",
        "picasa.ini",
        "zbthumbnail.info",
        ".bridgecachet",
        "pspbrwse.jbf",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A file beside a picture: its name in the folder, and what it is to the picture."""

    name: str
    what: str


@dataclass(slots=True)
class FolderIndex:
    """The names in one folder, by what pictures ask for."""

    by_name: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_stem: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_shot: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    long_records: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    of_all: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path) -> FolderIndex:
        """List a folder; one that cannot be listed is empty."""
        index = cls()
        try:
            with os.scandir(folder) as listing:
                names = sorted((entry.name, _leads_to_folder(entry)) for entry in listing)
        except (OSError, ValueError):
            return index
        for name, is_folder in names:
            index.add(name, is_folder=is_folder)
        return index

    def add(self, name: str, *, is_folder: bool = False) -> None:
        """Take in a name. Of folders only those count that hold copies of the pictures."""
        key = _key(name)
        if key in _FOLDER_WIDE:
            self.of_all.append(name)
        if is_folder:
            return
        self.by_name[key].append(name)
        self.by_stem[_stem(key)].append(name)
        shot = _PIXEL.match(key)
        if shot is not None:
            self.by_shot[shot[1]].append(name)
        if key.endswith(".json") and len(key) >= _LONG:
            cut_name = _stem(key)
            bare = _COUNTED.fullmatch(cut_name)
            self.long_records[bare[1] if bare else cut_name].append(name)

    def beside(self, name: str) -> tuple[Beside, ...]:
        """Return what lies beside the picture of this name, by name."""
        found: dict[str, str] = {}
        for sibling, what in self._look(_key(name)):
            if sibling != name:
                found.setdefault(sibling, what)
        return tuple(Beside(name=one, what=found[one]) for one in sorted(found))

    def _look(self, key: str) -> Iterator[tuple[str, str]]:
        """Yield names and what they are; the first that is said of a name counts."""
        stem = _stem(key)
        for fork in self.by_name.get(f"._{key}", ()):
            yield fork, _FORK
        for backup in (f"{key}_original", f"{key}~"):
            yield from ((one, _BACKUP) for one in self.by_name.get(backup, ()))
        yield from ((one, _TAKEOUT) for one in self._records(key))
        # A motion file of Google's is named like the picture's stem: PXL_1.MP.jpg, PXL_1.MP.
        for one in (*self.by_stem.get(stem, ()), *self.by_name.get(stem, ())):
            yield one, _what(one)
        for one in self.by_stem.get(key, ()):
            yield one, _what(one)
        for other in _edited(stem):
            for one in self.by_stem.get(other, ()):
                what = _what(one)
                yield one, _EDITED if what == _OTHER_FORMAT else what
        shot = _PIXEL.match(key)
        if shot is not None:
            for one in self.by_shot[shot[1]]:
                what = _what(one)
                yield one, _BURST if what in (_OTHER_FORMAT, _NAMESAKE) else what
        yield from ((one, _THUMBNAILS) for one in self.of_all)

    def _records(self, key: str) -> Iterator[str]:
        """Yield the records of Google Takeout: name.jpg.json, name.json, and
        name.jpg.supplemental-metadata.json, cut anywhere; where several pictures have one name,
        the number stands behind: name.jpg.supplemental-metadata(1).json for name(1).jpg."""
        stem = _stem(key)
        names = [key, stem]
        counted = _COUNTED.fullmatch(stem)
        tails = [""]
        if counted is not None:
            names.append(counted[1] + key[len(stem) :])
            tails.append(counted[2])
        for name in names:
            for tail in tails:
                for cut in range(len(_TAKEOUT_TAIL) + 1):
                    whole = name + _TAKEOUT_TAIL[:cut]
                    yield from self.by_name.get(f"{whole}{tail}.json", ())
            whole = name + _TAKEOUT_TAIL
            for cut in range(_LONG, len(whole) + 1):
                yield from self.long_records.get(whole[:cut], ())


def find_siblings(files: Sequence[Found]) -> list[tuple[Sibling, ...]]:
    """Return what lies beside each file of a run, in the order of the files."""
    ours = {one.source for one in files if one.error is None and one.format in HANDLED}
    folders: dict[Path, FolderIndex] = {}
    found = []
    for one in files:
        folder = one.source.parent
        if folder not in folders:
            folders[folder] = FolderIndex.of(folder)
        found.append(
            tuple(
                Sibling(
                    path=printable(str(folder / beside.name)),
                    what=beside.what,
                    in_run=folder / beside.name in ours,
                )
                for beside in folders[folder].beside(one.source.name)
            )
        )
    return found


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder. A link that leads to itself raises, and is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _stem(key: str) -> str:
    """Return a name without its suffix."""
    stem, dot, _ = key.rpartition(".")
    return stem if dot and stem else key


def _what(name: str) -> str:
    key = _key(name)
    return _BY_SUFFIX.get(key[len(_stem(key)) :], _NAMESAKE)


def _edited(stem: str) -> Iterator[str]:
    """Yield the stems of what a picture was edited from, or into."""
    counted = _COUNTED.fullmatch(stem)
    bare, number = (counted[1], counted[2]) if counted else (stem, "")
    for tail in (*_EDITS_OF, *_COPIES):
        if bare.endswith(tail):
            yield bare.removesuffix(tail) + number
        yield bare + tail + number
    apple = _APPLE.fullmatch(stem)
    if apple is not None:
        yield from (f"img_{letter}{apple[2]}" for letter in ("", "e", "o") if letter != apple[1])
