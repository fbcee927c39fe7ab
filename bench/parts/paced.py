# SPDX-License-Identifier: Apache-2.0
"""The side of a peer: what a benchmark does that takes turns with ours (see turns.py)."""

import json
import sys
import time


def seconds_of(run, count=1):
    begin = time.perf_counter()
    for _ in range(count):
        run()
    return time.perf_counter() - begin


def runs_in(run, slice_seconds=0.02, warm_seconds=1.0):
    """Warms up; how many runs a slice of that length has."""
    end, best = time.perf_counter() + warm_seconds, float("inf")
    while time.perf_counter() < end or best == float("inf"):
        best = min(best, seconds_of(run))
    return max(1, round(slice_seconds / best))


def serve(run, runs=1, refresh=None):
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        (refresh or run)()
        print(json.dumps({"seconds": seconds_of(run, runs) / runs}), flush=True)
