// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/programs.h"

#include <cstdint>

// A backend of plain host memory for tests of the plugin host: everything is done when a call
// returns, and its one program copies its first binding to its last. Counts what is alive.
namespace tenon::test_plugins {

const tenon_backend& tiny_backend();
const tenon_programs& tiny_programs();

// Objects made and not yet freed: devices, buffers, streams, fences, programs, bound programs.
int64_t tiny_objects_alive();

}  // namespace tenon::test_plugins
