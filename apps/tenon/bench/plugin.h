// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/tenon.hpp"

// The plugin inside this program through which benchmarks reach what plugins reach: sequences of a
// model, and the host's workers. It offers the task "bench". With a model, parameters are a JSON
// object as loops.h has it; without one, the costs of the workers are measured. [any thread]
namespace tenon::cli::bench {

const tenon_plugin& plugin();

}  // namespace tenon::cli::bench
