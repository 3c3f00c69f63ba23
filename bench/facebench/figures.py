"""From scored photos to the figures of a table."""

import numpy as np

from facebench.dataset import ATTRIBUTES

BUCKETS = ((0, 10), (10, 20), (20, 40), (40, 80), (80, 10**9))
NAMES = ("<=10", "10-20", "20-40", "40-80", ">80")
ABOVE, USER = 10, 20
"""Heights above which misses count, and above which all faces of a photo should be protected."""
RESAMPLES = 2000


class Faces:
    """Every valid face of all photos, in columns."""

    def __init__(self, faces_by_photo):
        faces = [f for row in faces_by_photo for f in row]
        self.photo = np.repeat(np.arange(len(faces_by_photo)), [len(r) for r in faces_by_photo])
        self.height = np.array([f.height for f in faces])
        self.attributes = {
            name: np.array([f.attributes[name] for f in faces]) for name in ATTRIBUTES
        }
        self.photos = len(faces_by_photo)

    def groups(self):
        """Yield (name, faces of the group) of every row of the table."""
        for name, (low, high) in zip(NAMES, BUCKETS, strict=True):
            yield f"height {name}", (self.height > low) & (self.height <= high)
        counted = self.height > ABOVE
        yield f"height >{ABOVE}", counted
        for attribute, values in ATTRIBUTES.items():
            for number, value in enumerate(values):
                yield f"{attribute} {value}", counted & (self.attributes[attribute] == number)


def flags(scored):
    """Return for every face of all photos whether it is protected."""
    return np.array([p for s in scored for p in s.protected], bool)


def misses(faces, scored):
    """Return the miss rate of every group, in percent; None for an empty group."""
    missed = ~flags(scored)
    return {
        name: float(100 * missed[group].mean()) if group.any() else None
        for name, group in faces.groups()
    }


def all_protected(faces, scored):
    """Return the share of photos, in percent, in which every face above 20 px is protected."""
    bad = np.unique(faces.photo[~flags(scored) & (faces.height > USER)])
    return 100 * (1 - len(bad) / faces.photos)


def compare(faces, ours, theirs, seed=0):
    """Return, for each group, the difference of miss rates (ours - theirs, in points) and its
    95% interval, and the ratio of misses above 10 px: photos are resampled, in pairs."""
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(faces.photos, [1 / faces.photos] * faces.photos, size=RESAMPLES)
    result = {}
    for name, group in faces.groups():
        per_photo = [
            np.bincount(faces.photo[group], weights=w[group], minlength=faces.photos)
            for w in ((~flags(ours)).astype(float), (~flags(theirs)).astype(float))
        ]
        total = np.bincount(faces.photo[group], minlength=faces.photos)
        if not total.sum():
            continue
        drawn = np.maximum(draws @ total, 1)
        change = 100 * (draws @ (per_photo[0] - per_photo[1])) / drawn
        ratio = (draws @ per_photo[0]) / np.maximum(draws @ per_photo[1], 1)
        result[name] = {
            "difference": float(100 * (per_photo[0].sum() - per_photo[1].sum()) / total.sum()),
            "interval": np.percentile(change, [2.5, 97.5]).tolist(),
            "ratio": float(per_photo[0].sum() / max(per_photo[1].sum(), 1)),
            "ratio_interval": np.percentile(ratio, [2.5, 97.5]).tolist(),
        }
    return result


def seconds(answers, megapixels):
    """Return seconds per megapixel of each step, and the peak memory."""
    total = sum(megapixels)
    steps = ("read", "find", "redact", "encode", "check", "second look", "whole")
    figures = {step: sum(a.get(step, 0.0) for a in answers) / total for step in steps}
    figures["find+redact"] = figures["find"] + figures["redact"]
    figures["peak MiB"] = max(a["peak"] for a in answers) / 2**20
    return figures
