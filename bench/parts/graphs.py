# SPDX-License-Identifier: Apache-2.0
"""What vs_onnxruntime and vs_openvino share: rows of runs, and of creations of sessions."""

import argparse
import pathlib
import sys

import environment
import onnx_models
import turns

PEER = pathlib.Path(__file__).resolve().parent / "peer_onnx.py"
RUNS = ["resnet50", "mobilenetv2", "bert-base-128", "chain-1000"]
CREATIONS = ["chain-1000", "chain-40000"]


def parse(doc):
    parser = argparse.ArgumentParser(description=doc)
    environment.add_common_flags(parser)
    parser.add_argument("--cases", nargs="*", default=RUNS, choices=onnx_models.MODELS)
    parser.add_argument("--creations", nargs="*", default=CREATIONS, choices=onnx_models.MODELS,
                        help="models whose sessions are made again and again")
    parser.add_argument("--files", nargs="+", type=pathlib.Path,
                        help="instead: these files, with test_data_set_0 beside them as input")
    parser.add_argument("--shape", action="append", default=[], metavar="INPUT=1,3,224,224")
    return parser.parse_args()


def commands(arguments, engine, path, threads, extra, peer_extra):
    ours = [arguments.tenon, "bench", path, *extra, "--paced", "--device", arguments.device,
            "--threads", threads]
    return ours, [sys.executable, PEER, path, engine, threads, *peer_extra]


def measure(arguments, engine, path, threads, name, extra=(), peer_extra=()):
    row = {"case": name, "threads": threads}
    try:
        ours, peer = commands(arguments, engine, path, threads, extra, peer_extra)
        row.update(turns.compare(ours, peer, arguments.slices, arguments.attempts))
        turns.note(f"{name}, {threads} threads: {row['p10']:.3f} {row['median']:.3f}, "
                   f"others {row['others']:.0%}")
    except RuntimeError as error:
        row["error"] = str(error)
    return row


def inputs_of(arguments, path):
    shapes = [word for shape in arguments.shape for word in ("--shape", shape)]
    folder = path.parent
    has_data = (folder / "test_data_set_0").is_dir()
    return (["--inputs", folder] if has_data else []) + shapes


def main(engine, doc):
    arguments = parse(doc)
    given = [(path.parent.name or path.stem, path) for path in arguments.files or []]
    cases = given or [(name, onnx_models.make(name, arguments.models)) for name in arguments.cases]
    rows = []
    for name, path in cases:
        extra = inputs_of(arguments, path)
        rows += [measure(arguments, engine, path, threads, name, extra, extra)
                 for threads in arguments.threads]
    turns.table(f"Time of a run by that of {engine} (below 1: we are faster)", rows)
    if given or not arguments.creations:
        return
    rows = [measure(arguments, engine, onnx_models.make(name, arguments.models), threads, name,
                    ["create"], ["--create"])
            for name in arguments.creations for threads in arguments.threads[-1:]]
    turns.table(f"Time to make a session by that of {engine} (below 1: we are faster)", rows)


if __name__ == "__main__":
    raise SystemExit("start vs_onnxruntime or vs_openvino")
