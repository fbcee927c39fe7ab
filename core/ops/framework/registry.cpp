// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

#include <algorithm>
#include <tuple>

namespace tenon {

namespace ops {
std::vector<Op> table();
}

namespace {

using Key = std::pair<std::string_view, std::string_view>;

Key key_of(const Op& op) { return {op.domain, op.name}; }

std::vector<Op> sorted_table() {
  std::vector<Op> ops = ops::table();
  std::ranges::sort(ops, {}, key_of);
  // A default is what the file would have said: attributes of files are 32-bit floats.
  for (Op& op : ops) {
    for (auto& [name, attribute] : op.attributes) {
      if (auto* real = std::get_if<double>(&attribute)) *real = static_cast<float>(*real);
    }
  }
  return ops;
}

}  // namespace

const std::vector<Op>& all_ops() {
  static const std::vector<Op> ops = sorted_table();
  return ops;
}

const Op* find_op(std::string_view domain, std::string_view name) {
  const std::vector<Op>& ops = all_ops();
  const Key key{domain, name};
  const auto found = std::ranges::lower_bound(ops, key, {}, key_of);
  return found != ops.end() && key_of(*found) == key ? &*found : nullptr;
}

}  // namespace tenon
