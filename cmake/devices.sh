# Sourced by scripts that run on software devices. In a root without /sys (a plain chroot) PoCL finds
# no processor and gives up; this describes one to it.
if [ ! -d /sys/devices/system/cpu ]; then
  export HWLOC_SYNTHETIC="node:1 core:$(nproc) pu:1"
fi
