# SPDX-License-Identifier: Apache-2.0
"""A throw-away Python environment with the peers that a script asks for, at pinned versions."""

import os
import pathlib
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOT = HERE.parent
# llama.cpp is built for the processor at hand; the wheel must not be carried to another one.
NATIVE = {"CMAKE_ARGS": "-DGGML_NATIVE=ON -DLLAVA_BUILD=OFF", "CMAKE_BUILD_PARALLEL_LEVEL": "2"}
FROM_SOURCE = {"llama-cpp-python"}


def pinned():
    lines = (HERE / "requirements.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if "==" in line)


def is_there(python, package, version):
    test = f"from importlib.metadata import version; assert version({package!r}) == {version!r}"
    return subprocess.run([python, "-c", test], capture_output=True).returncode == 0


def folder():
    return pathlib.Path(os.environ.get("TENON_BENCH_VENV", ROOT / "build" / "peers"))


def enter(packages):
    """Runs the calling script again inside the environment, made and filled if need be."""
    python = folder() / "bin" / "python3"
    if pathlib.Path(sys.prefix) == folder().resolve() or os.environ.get("TENON_BENCH_INSIDE"):
        return
    if not python.exists():
        venv.create(folder(), with_pip=True)
    versions = pinned()
    for package in packages:
        if is_there(python, package, versions[package]):
            continue
        extra = ["--no-binary", package] if package in FROM_SOURCE else []
        subprocess.run([python, "-m", "pip", "install", "--quiet", *extra,
                        f"{package}=={versions[package]}"], check=True,
                       env={**os.environ, **NATIVE})
    os.environ["TENON_BENCH_INSIDE"] = "1"
    os.execv(python, [str(python), *sys.argv])


def add_common_flags(parser, slices=60):
    parser.add_argument("--tenon", default=ROOT / "build" / "release" / "bin" / "tenon",
                        type=pathlib.Path, help="our program")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--models", default=ROOT / "build" / "bench-models", type=pathlib.Path,
                        help="where made models are kept")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--slices", type=int, default=slices)
    parser.add_argument("--attempts", type=int, default=3,
                        help="runs at most while others use the machine")
