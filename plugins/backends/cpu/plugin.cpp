// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"

TENON_HOST_BACKEND(tenon::cpu::backend)
