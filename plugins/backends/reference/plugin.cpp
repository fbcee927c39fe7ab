// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"

TENON_HOST_BACKEND(tenon::reference::backend)
