// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/tree_samples.h"

namespace tenon::ops {

Attributes tree_sample(std::string_view shares) {
  using Integers = std::vector<int64_t>;
  using Reals = std::vector<double>;
  const auto share = [&](std::string_view name) { return fmt::format("{}_{}", shares, name); };
  return {{"nodes_treeids", Integers{0, 0, 0, 0, 0, 1, 1, 1}},
          {"nodes_nodeids", Integers{0, 1, 2, 3, 4, 0, 1, 2}},
          {"nodes_modes", std::vector<std::string>{"BRANCH_LEQ", "LEAF", "BRANCH_GT", "LEAF",
                                                   "LEAF", "BRANCH_LT", "LEAF", "LEAF"}},
          {"nodes_featureids", Integers{0, 0, 1, 0, 0, 1, 0, 0}},
          {"nodes_values", Reals{0.5, 0, -1, 0, 0, 0.25, 0, 0}},
          {"nodes_truenodeids", Integers{1, 0, 3, 0, 0, 1, 0, 0}},
          {"nodes_falsenodeids", Integers{2, 0, 4, 0, 0, 2, 0, 0}},
          {share("treeids"), Integers{0, 0, 0, 0, 1, 1}},
          {share("nodeids"), Integers{1, 3, 3, 4, 1, 2}},
          {share("ids"), Integers{0, 0, 1, 1, 0, 1}},
          {share("weights"), Reals{1, 0.5, -2, 1.5, -0.25, 2}}};
}

}  // namespace tenon::ops
