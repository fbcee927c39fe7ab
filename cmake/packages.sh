#!/usr/bin/env bash
# Installs the Debian packages of packages.txt that are missing, as root or through sudo.
#   packages.sh [--list]
set -euo pipefail
list=$(dirname "$0")/packages.txt
mapfile -t packages < <(sed 's/#.*//' "$list" | tr -d ' ' | grep -v '^$')
if [ "${1:-}" = --list ]; then
  printf '%s\n' "${packages[@]}"
  exit 0
fi
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "packages.sh: missing ${missing[*]}; run as root or install sudo" >&2; exit 1; }
  root=(sudo)
fi
echo "installing ${#missing[@]} packages"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"${root[@]}" apt-get update -q >"$log" 2>&1 &&
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >"$log" 2>&1 || {
  tail -n 20 "$log" >&2
  echo "packages.sh: could not install ${missing[*]}" >&2
  exit 1
}
