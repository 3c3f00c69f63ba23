"""Runs the installed deface on one picture after another, in deface's own Python.

Reads a JSON line {"path", "masks", "output"} per picture and answers with a JSON line: seconds of
detection and redaction, of the whole way from file to file, peak memory. Detection is
`CenterFace.__call__` and redaction `anonymize_frame`, both with the defaults of deface's command
line. The mask of each detection is what `anonymize_frame` overwrites: it draws on a black frame
with OpenCV's blur replaced by white, so that the shape is deface's own to the last pixel. This
drawing is not timed.
"""

import contextlib
import json
import resource
import sys
import time
from unittest import mock

import cv2
import imageio
import imageio.v2 as iio
import numpy as np
from deface import __version__
from deface.centerface import CenterFace
from deface.deface import anonymize_frame

THRESHOLD, MASK_SCALE = 0.2, 1.3
STYLE = {
    "replacewith": "blur",
    "ellipse": True,
    "draw_scores": False,
    "replaceimg": None,
    "mosaicsize": 20,
}


def masks_of(dets, shape):
    """Return (x0, y0, x1, y1) of each detection's mask, and all their pixels, row by row."""
    boxes, pixels = [], []
    frame = np.zeros(shape, np.uint8)
    with mock.patch.object(cv2, "blur", lambda roi, _size: np.full_like(roi, 255)):
        for det in dets:
            with contextlib.suppress(cv2.error, IndexError, ValueError):
                anonymize_frame([det], frame, mask_scale=MASK_SCALE, **STYLE)
            ys, xs = np.nonzero(frame[..., 0])
            if ys.size:
                box = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
                view = frame[box[1] : box[3], box[0] : box[2]]
                boxes.append(box)
                pixels.append(view[..., 0].ravel() > 0)
                view[:] = 0
    flat = np.concatenate(pixels) if pixels else np.zeros(0, bool)
    return np.array(boxes, np.int32).reshape(-1, 4), flat


def redact(detector, job):
    """Do what deface's command does with one picture; return its detections and the seconds."""
    clock = [time.perf_counter()]
    frame = iio.imread(job["path"])
    clock.append(time.perf_counter())
    dets, _ = detector(frame, threshold=THRESHOLD)
    clock.append(time.perf_counter())
    error = None
    try:
        anonymize_frame(dets, frame, mask_scale=MASK_SCALE, **STYLE)
    except Exception as problem:
        error = repr(problem)[:200]
    clock.append(time.perf_counter())
    imageio.imsave(job["output"], frame)
    clock.append(time.perf_counter())
    answer = {
        "find": clock[2] - clock[1],
        "redact": clock[3] - clock[2],
        "whole": clock[4] - clock[0],
        "error": error,
        "faces": len(dets),
    }
    return frame.shape, dets, answer


def main():
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        cv2.setNumThreads(int(sys.argv[1]))
        detector = CenterFace()
    hello = {"tool": f"deface {__version__}", "engine": detector.backend, "cv2": cv2.__version__}
    print(json.dumps(hello), file=answers, flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        shape, dets, answer = redact(detector, job)
        answer["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if job.get("masks"):
            boxes, pixels = masks_of(dets, (*shape[:2], 3))
            np.savez(job["masks"], boxes=boxes, pixels=pixels, first=np.ones(len(boxes), bool))
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
