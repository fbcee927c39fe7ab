# SPDX-License-Identifier: Apache-2.0
"""What vs_onnxruntime and vs_openvino share: rows of runs, and of creations of sessions."""

import argparse
import math
import pathlib
import sys

import environment
import onnx_models
import turns

PEER = pathlib.Path(__file__).resolve().parent / "peer_onnx.py"
RUNS = ["resnet50", "mobilenetv2", "bert-base-128"]
CHAINS = ["chain-1000", "chain-40000"]


def parse(engine, doc):
    parser = argparse.ArgumentParser(description=doc)
    environment.add_common_flags(parser)
    # OpenVINO makes one addition of a chain: that would say nothing about the cost of a node.
    runs = RUNS + (CHAINS[:1] if engine == "onnxruntime" else [])
    parser.add_argument("--cases", nargs="*", default=runs, choices=onnx_models.MODELS)
    parser.add_argument("--creations", nargs="*", default=CHAINS, choices=onnx_models.MODELS,
                        help="models whose sessions are made again and again")
    parser.add_argument("--list", type=pathlib.Path, metavar="FILE",
                        help="also the models of this list, as bench/real_models.txt has them")
    parser.add_argument("--data", type=pathlib.Path, nargs="+", default=[pathlib.Path()],
                        help="folders below which the files of the list lie")
    return parser.parse_args()


def listed(arguments):
    """(name, path, shapes) of each line whose file is there."""
    for line in arguments.list.read_text().splitlines() if arguments.list else []:
        words = line.split("#")[0].split()
        if not words:
            continue
        found = [folder / words[1] for folder in arguments.data if (folder / words[1]).exists()]
        if found:
            yield words[0], found[0], words[2:]
        else:
            turns.note(f"{words[0]}: {words[1]} is not there")


def inputs_of(path, shapes):
    words = [word for shape in shapes for word in ("--shape", shape)]
    folder = path.parent
    return (["--inputs", folder] if (folder / "test_data_set_0").is_dir() else []) + words


def measure(arguments, engine, path, threads, name, phase, extra):
    """phase: none for a run, "create" for making a session"""
    row = {"case": name, "threads": threads}
    ours = [arguments.tenon, "bench", path, *phase, "--paced", "--device", arguments.device,
            "--threads", threads, *extra]
    peer = [sys.executable, PEER, path, engine, threads, *extra,
            *(["--create"] if phase else [])]
    try:
        row.update(turns.compare(ours, peer, arguments.slices, arguments.attempts))
        turns.note(f"{name}, {threads} threads: {row['p10']:.3f} {row['median']:.3f}, "
                   f"others {row['others']:.0%}")
    except RuntimeError as error:
        row["error"] = str(error)
    return row


def mean_line(rows):
    for threads in sorted({row["threads"] for row in rows}):
        ratios = [row["p10"] for row in rows if row["threads"] == threads and "p10" in row]
        if ratios:
            mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
            print(f"\nGeometric mean of the p10 ratios at {threads} threads, {len(ratios)} cases: "
                  f"{mean:.3f}")


def main(engine, doc):
    arguments = parse(engine, doc)
    cases = [(name, onnx_models.make(name, arguments.models), []) for name in arguments.cases]
    rows = [measure(arguments, engine, path, threads, name, [], inputs_of(path, shapes))
            for name, path, shapes in [*cases, *listed(arguments)]
            for threads in arguments.threads]
    if rows:
        turns.table(f"Time of a run by that of {engine} (below 1: we are faster)", rows)
        mean_line(rows)
    rows = [measure(arguments, engine, onnx_models.make(name, arguments.models), threads, name,
                    ["create"], [])
            for name in arguments.creations for threads in arguments.threads[-1:]]
    if rows:
        turns.table(f"Time to make a session by that of {engine} (below 1: we are faster)", rows)


if __name__ == "__main__":
    raise SystemExit("start vs_onnxruntime or vs_openvino")
