// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/level.h"
#include "sdk/testing/test_device.h"

#include <gtest/gtest.h>

#include <string>

// For tests of kernels at every level. [one thread]
namespace tenon::cpu {

// Runs a body once for each level that this processor has.
template <class Body>
void for_each_level(Body&& body) {
  for (const Level level : {Level::sse4, Level::avx2, Level::avx512, Level::neon}) {
    if (!has_level(level)) continue;
    const WithLevel in_use(level);
    SCOPED_TRACE(std::string(to_text(level)));
    body();
  }
}

}  // namespace tenon::cpu
