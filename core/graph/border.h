// SPDX-License-Identifier: Apache-2.0
#pragma once

// Moved; kept until all rooms include the new place.
#include "core/base/border.h"
