"""Runs Passerby on one picture after another, the whole way from file to published file.

Reads a JSON line {"path", "masks", "output"} per picture and answers with a JSON line: seconds of
each step, the outcome, peak memory. The masks are those of the report's decisions, drawn by
`passerby.masking.build_mask` without growth to the grid; the growth is counted apart.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

import passerby
from passerby.compose import build_ports
from passerby.masking import build_mask
from passerby.model.decision import Action
from passerby.model.geometry import Box, Grid, Region
from passerby.model.options import Effort, Options
from passerby.model.report import Outcome
from passerby.pipeline import Job, run_one


def masks_of(decisions, size):
    """Return (x0, y0, x1, y1) of each mask inside the picture, and all their pixels."""
    boxes, pixels, first = [], [], []
    for decision in decisions:
        box = decision.region.box.clip(*size)
        if decision.action is Action.KEEP or box is None:
            continue
        mask = build_mask([_moved(decision, box)], (box.width, box.height), Grid())
        boxes.append(box.as_tuple())
        pixels.append(mask.ravel())
        first.append(not decision.reason.startswith("found by the second look"))
    flat = np.concatenate(pixels) if pixels else np.zeros(0, bool)
    return np.array(boxes, np.int32).reshape(-1, 4), flat, np.array(first, bool)


def _moved(decision, origin):
    """Return the decision in a picture that begins at the corner of `origin`."""
    box, shape = decision.region.box, decision.region.shape
    moved = Box(box.x0 - origin.x0, box.y0 - origin.y0, box.x1 - origin.x0, box.y1 - origin.y0)
    return type(decision)(
        track=decision.track,
        action=decision.action,
        region=Region(box=moved, shape=shape),
        reason=decision.reason,
    )


def growth_of(report):
    """Return the pixels that the grid adds to the masks."""
    size = report.item.size
    snapped = build_mask(report.decisions, size, report.grid)
    return int(snapped.sum()) - int(build_mask(report.decisions, size, Grid()).sum())


def main():
    effort, threads = Effort(sys.argv[1]), int(sys.argv[2])
    options = Options(effort=effort)
    ports = build_ports(options, threads)
    hello = {"tool": f"passerby {passerby.__version__}", "engine": effort.value}
    print(json.dumps(hello), flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        start = time.perf_counter()
        result = run_one(
            Job(
                source=Path(job["path"]),
                shown=job["path"],
                output=Path(job["output"]),
                options=options,
                overwrite=True,
            ),
            ports,
        )
        whole = time.perf_counter() - start
        report = result.report
        answer = {
            **dict(report.timings),
            "whole": whole,
            "error": report.failure.message if report.failure else None,
            "parked": report.outcome is Outcome.NEEDS_REVIEW,
            "faces": report.redacted,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }
        if job.get("masks"):
            boxes, pixels, first = masks_of(report.decisions, report.item.size)
            np.savez(job["masks"], boxes=boxes, pixels=pixels, first=first)
            answer["growth"] = growth_of(report)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
