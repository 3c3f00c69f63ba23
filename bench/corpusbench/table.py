"""What came of a corpus, for people and for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from corpusbench.work import Ended

_SHOWN = 40
_SLOWEST = 5


@dataclass(slots=True, kw_only=True)
class Summary:
    """All that ended. `listed` counts files that cannot be opened or only call themselves
    pictures, by reason; `no_media` those that were left out."""

    ended: list[Ended] = field(default_factory=list)
    listed: Counter[str] = field(default_factory=Counter)
    no_media: int = 0
    seconds: float = 0.0
    audited: bool = False

    @property
    def outcomes(self) -> Counter[str]:
        """How many files ended in which way."""
        return Counter(one.outcome for one in self.ended)

    @property
    def formats(self) -> Counter[str]:
        """How many files of each format were published."""
        return Counter(one.format for one in self.ended if one.outcome == "published")

    @property
    def reasons(self) -> Counter[str]:
        """Why files were not published."""
        return self.listed + Counter(one.reason for one in self.ended if one.reason)

    @property
    def problems(self) -> list[Ended]:
        """The files with a crash, a hang, a bug, a contradiction or a leftover."""
        return [one for one in self.ended if one.problems or one.leftovers]

    def document(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        done = [one for one in self.ended if one.outcome == "published"]
        return {
            "files": len(self.ended),
            "no_media": self.no_media,
            "seconds": round(self.seconds, 3),
            "audited_by_exiftool": self.audited,
            "outcomes": dict(self.outcomes),
            "published_formats": dict(self.formats),
            "reasons": dict(self.reasons.most_common()),
            "seconds_a_file": figures([one.seconds for one in self.ended]),
            "seconds_a_megapixel": figures(
                [one.seconds / one.megapixels for one in done if one.megapixels >= 0.1]
            ),
            "peak_bytes": max((one.peak for one in self.ended), default=0),
            "problems": [asdict(one) for one in self.problems],
            "slowest": [asdict(one) for one in slowest(self.ended)],
        }

    def lines(self) -> Iterator[str]:
        """Yield the summary for people."""
        yield f"{len(self.ended):,} files in {self.seconds:.0f} s; {self.no_media:,} no media"
        yield f"outcomes: {_counted(self.outcomes)}"
        yield f"published: {_counted(self.formats) or 'none'}"
        yield "why not:"
        yield from (f"  {count:6,}  {reason}" for reason, count in self.reasons.most_common(_SHOWN))
        whole = self.document()
        for name in ("seconds_a_file", "seconds_a_megapixel"):
            told = ", ".join(f"{key} {value:.3f}" for key, value in whole[name].items())
            yield f"{name.replace('_', ' ')}: {told or 'none'}"
        yield f"peak memory: {whole['peak_bytes'] / 2**20:.0f} MiB"
        for one in slowest(self.ended):
            yield f"  {one.seconds:6.2f} s  {one.megapixels:6.1f} MP  {_name(one)}"
        audit = "" if self.audited else " (exiftool is not installed, or was not asked)"
        yield f"with leftovers: {sum(bool(one.leftovers) for one in self.ended)}{audit}"
        yield f"problems: {len(self.problems)}"
        for one in self.problems[:_SHOWN]:
            yield f"  {_name(one)}"
            yield from (f"      {what}" for what in (*one.problems, *one.leftovers)[:_SHOWN])


def figures(values: Sequence[float]) -> dict[str, float]:
    """Return median, 95th percentile (nearest rank) and the largest; nothing of nothing."""
    if not values:
        return {}
    order = sorted(values)
    rank = -(-95 * len(order) // 100) - 1
    return {"median": order[len(order) // 2], "p95": order[rank], "most": order[-1]}


def slowest(ended: Sequence[Ended]) -> list[Ended]:
    """Return the files that took longest."""
    return sorted(ended, key=lambda one: -one.seconds)[:_SLOWEST]


def _name(one: Ended) -> str:
    return f"{one.shown} ({one.variant})" if one.variant else one.shown


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {name or 'unknown'}" for name, count in counts.most_common())
