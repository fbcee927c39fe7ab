#!/usr/bin/env bash
# Installs what is missing, builds everything and runs every test. Ends with ctest's own lines.
#   run.sh [CTEST-ARGUMENT...]      e.g.  run.sh -R layering
set -euo pipefail
cd "$(dirname "$0")/.."
./cmake/packages.sh
source cmake/devices.sh
export TENON_TEST_DATA=${TENON_TEST_DATA:-$PWD/../shared/data}
cmake --preset ci >/dev/null
cmake --build --preset ci
exec ctest --preset ci -j "$(nproc)" "$@"
