// SPDX-License-Identifier: Apache-2.0
#include "tests/mutator/mutation.h"

#include <gtest/gtest.h>

#include <set>

namespace tenon::mutator {
namespace {

std::vector<Bytes> sequence(const std::vector<Bytes>& seeds, uint64_t seed, int count) {
  Mutator mutator(seeds, seed);
  std::vector<Bytes> made;
  for (int i = 0; i < count; ++i) made.push_back(mutator.next());
  return made;
}

TEST(Mutator, repeats_itself_for_the_same_seed) {
  const std::vector<Bytes> seeds = {{1, 2, 3, 4, 5, 6, 7, 8}, Bytes(100, 9)};
  EXPECT_EQ(sequence(seeds, 7, 500), sequence(seeds, 7, 500));
  EXPECT_NE(sequence(seeds, 7, 500), sequence(seeds, 8, 500));
}

TEST(Mutator, makes_inputs_that_differ) {
  const std::vector<Bytes> seeds = {Bytes(64, 0)};
  const std::vector<Bytes> made = sequence(seeds, 1, 1000);
  EXPECT_GT(std::set<Bytes>(made.begin(), made.end()).size(), 700u);
}

TEST(Mutator, makes_something_of_nothing) {
  const std::vector<Bytes> seeds = {{}};
  size_t longest = 0;
  for (const Bytes& input : sequence(seeds, 1, 100)) longest = std::max(longest, input.size());
  EXPECT_GT(longest, 0u);
}

}  // namespace
}  // namespace tenon::mutator
