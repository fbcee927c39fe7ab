#!/usr/bin/env bash
# Shows Tenon at work on a bare Debian 12, as root or through sudo: installs what building needs,
# builds the release preset, classifies pictures of handwritten digits on every kind of device that
# is here, and tells a story. No argument, no network beyond the package sources.
set -euo pipefail
cd "$(dirname "$0")/.."
log=build/demo.log
mkdir -p build

# step WHAT COMMAND...: runs it quietly; shows the log's end if it fails.
step() {
  local what=$1 begin=$SECONDS
  shift
  printf '%-42s' "$what"
  if ! "$@" >>"$log" 2>&1; then
    printf 'failed\n'
    tail -n 40 "$log" >&2
    echo "demo.sh: the whole log is in $log" >&2
    exit 1
  fi
  printf '%4d s\n' $((SECONDS - begin))
}

build() {
  cmake --preset release && cmake --build --preset release
}

: >"$log"
step "installing packages that are missing" ./cmake/packages.sh
step "building the release (log in $log)" build

source cmake/devices.sh
tenon=build/release/bin/tenon
digits=examples/models/digits
export LC_ALL=C.UTF-8
classify() {
  printf '\n$ tenon run --device %s --top 3 %s/model.onnx ...\n' "$1" "$digits"
  "$tenon" run --device "$1" --top 3 "$digits/model.onnx" \
    "$digits/samples/7.png" "$digits/samples/drawn-3.png"
}

devices=$("$tenon" devices)
classify cpu
classify reference
if grep -q '^opencl:0:' <<<"$devices"; then
  classify opencl:0
else
  printf '\nno OpenCL device is here; tenon doctor says more\n'
fi
printf '\nBoth pictures are in %s/samples. Try your own:\n  %s run %s/model.onnx PICTURE.png\n' \
  "$digits" "$tenon" "$digits"

printf '\n$ tenon generate --seed 7\n'
"$tenon" generate --seed 7 </dev/null
printf '\nThe story comes from a small model inside the program. Tell it how to begin:\n  %s generate "%s"\n' \
  "$tenon" "The little fox was in the garden."
