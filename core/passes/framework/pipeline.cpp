// SPDX-License-Identifier: Apache-2.0
#include "core/passes/pass.h"

#include "core/base/trace.h"

#include <algorithm>

namespace tenon {

namespace passes {
std::vector<Pass> table();
}

namespace {

std::vector<Pass> sorted_table() {
  std::vector<Pass> passes = passes::table();
  std::ranges::sort(passes, {}, &Pass::order);
  return passes;
}

Status check_name(std::string_view name) {
  std::string known;
  for (const Pass& pass : all_passes()) {
    if (pass.name == name) return {};
    known += fmt::format("{}{}", known.empty() ? "" : ", ", pass.name);
  }
  return invalid("no pass is named \"{}\"; there are {}", name, known);
}

}  // namespace

const std::vector<Pass>& all_passes() {
  static const std::vector<Pass> passes = sorted_table();
  return passes;
}

Status run_passes(Graph& graph, const PassOptions& options) {
  for (const std::string& name : options.disabled) TENON_TRY(check_name(name));
  if (!options.stop_after.empty()) TENON_TRY(check_name(options.stop_after));
  for (const Pass& pass : all_passes()) {
    if (std::ranges::find(options.disabled, pass.name) == options.disabled.end()) {
      const TraceScope traced("pass", pass.name);
      TENON_TRY(pass.run(graph, options));
      if (options.after) options.after(pass.name, graph);
    }
    if (pass.name == options.stop_after) break;
  }
  return {};
}

}  // namespace tenon
