// SPDX-License-Identifier: Apache-2.0
#include "tests/formats/decode_run.h"

#include <gtest/gtest.h>

namespace tenon::formats {
namespace {

class Speed : public testing::TestWithParam<const char*> {};

// The plainest device: a formula for each weight, and what a block shares computed once.
TEST_P(Speed, a_million_weights_are_decoded_in_less_than_a_second_on_reference) {
  constexpr int64_t rows = 1024, columns = 1024;
  auto run = DecodeRun::make(TENON_PLUGIN_DIRECTORY);
  ASSERT_TRUE(run.ok()) << run.status().message();
  const std::string directories[] = {TENON_PLUGIN_DIRECTORY};
  const Formats formats = read_formats(directories);
  const auto entry = formats.get(GetParam());
  ASSERT_TRUE(entry.ok()) << entry.status().message();
  const QuantFormat& format = (*entry)->format;
  Graph graph;
  const auto bytes = static_cast<size_t>(rows * columns / format.block * format.bytes);
  auto node = decode_blocks(
      graph, formats, "w",
      stored_tensor(DType::f32, {rows, columns}, std::string(bytes, '\x2A'), GetParam()));
  ASSERT_TRUE(node.ok()) << node.status().message();
  add_output(graph, add_decode(graph, std::move(*node), "w"), "w");
  ASSERT_TRUE((*run)->run(std::move(graph), "reference").ok());
  fmt::print("{}: {:.1f} ms for {} weights\n", GetParam(), (*run)->milliseconds(), rows * columns);
  EXPECT_LT((*run)->milliseconds(), 1000);
}

INSTANTIATE_TEST_SUITE_P(formats, Speed,
                         testing::Values("q4_0", "q8_0", "q4_K", "q6_K", "iq2_xs", "iq3_s",
                                         "iq4_xs", "tq1_0", "nvfp4"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace tenon::formats
