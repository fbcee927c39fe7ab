// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/pass_test.h"

namespace tenon {
namespace {

TEST(Passes, run_in_a_fixed_order) {
  std::vector<std::string> names;
  PassOptions options;
  options.after = [&](std::string_view pass, const Graph&) { names.emplace_back(pass); };
  options.disabled = {"merge_common"};
  options.stop_after = "fold";
  Graph graph;
  ASSERT_TRUE(run_passes(graph, options).ok());
  EXPECT_EQ(names, (std::vector<std::string>{"remove_dead", "close_bodies", "infer",
                                             "gather_blocks", "remove_identity", "quantize_early",
                                             "quantized_products", "fold"}));
}

TEST(Passes, an_unknown_name_is_answered_with_those_that_exist) {
  Graph graph;
  const Status status = run_passes(graph, {.disabled = {"fuse"}});
  EXPECT_EQ(status.message(),
            "no pass is named \"fuse\"; there are remove_dead, close_bodies, infer, merge_common, "
            "gather_blocks, remove_identity, quantize_early, quantized_products, fold, pad_conv, "
            "lower");
}

}  // namespace
}  // namespace tenon
