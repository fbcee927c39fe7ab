// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/level.h"
#include "plugins/backends/reference/reference.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace tenon::cpu {

HostBackend backend() {
  HostBackend made = {.id = "cpu",
                      .name = fmt::format("CPU, {}", to_text(level())),
                      .kind = TENON_DEVICE_CPU,
                      .features = "short_states",
                      .formulas = Formulas::f32,
                      .kernels = table()};
  std::vector<Kernel> plain = reference::table();
  made.kernels.insert(made.kernels.end(), std::make_move_iterator(plain.begin()),
                      std::make_move_iterator(plain.end()));
  return made;
}

}  // namespace tenon::cpu
