// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sdk/testing/test_device.h"

#include <string>
#include <vector>

// Small graphs with their inputs and what plain loops make of them: for the kernel templates in the
// interpreter and for the backends that use them.
namespace tenon::testing {

struct IslandCase {
  std::string name;
  std::vector<uint64_t> blob;
  std::vector<TestTensor> inputs;
  std::vector<TestTensor> expected;
  std::vector<int64_t> symbols = {};
  double tolerance = 1e-5;  // of the largest expected element, and absolute below 1
};

std::vector<IslandCase> formula_cases();
std::vector<IslandCase> product_cases();  // MatMul, Conv, ConvTranspose
std::vector<IslandCase> fold_cases();     // Reduce, ArgReduce, Pool, PrefixScan, TopK
std::vector<IslandCase> scatter_cases();
std::vector<IslandCase> order_cases();   // SortRows, Compact
std::vector<IslandCase> island_cases();  // several nodes, symbols, empty tensors; all of the above

// A case of one node.
IslandCase one_node(std::string name, const std::string& op, std::vector<TestTensor> inputs,
                    std::vector<TestTensor> expected, const std::vector<TestAttr>& attrs);

// "" when they agree within the tolerance, else where and how they differ.
std::string difference(const IslandCase& wanted, const std::vector<TestTensor>& found);

}  // namespace tenon::testing
