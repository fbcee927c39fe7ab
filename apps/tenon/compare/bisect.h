// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/check/compare.h"
#include "tenon/json.h"
#include "tenon/status.h"
#include "tenon/tenon.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Where two ways to run a model part: values inside are returned from both and compared, few at a
// time, until one node is left whose inputs agree and whose output does not. [one thread]
namespace tenon::cli {

// A model as both sides see it, from describe("nodes"): nodes in topological order; operands are
// places in `values`, -1 an omitted one.
struct NodeList {
  struct Node {
    std::string name, op;
    std::vector<int64_t> inputs, outputs;
  };
  struct Output {
    std::string name;
    int64_t value = -1;
  };
  std::vector<std::string> values;  // names; "" has none
  std::vector<Node> nodes;
  std::vector<Output> outputs;
};
Result<NodeList> node_list(const Model& model);

// One of the two ways.
struct Side {
  const Model& model;
  std::string devices;
  std::vector<Tensor> inputs;
};

// A value of the guilty node on both sides.
struct Pair {
  Tensor first, second;
  std::optional<std::string> differs;
};

struct Culprit {
  NodeList::Node node;
  std::vector<Pair> inputs;   // those that have names
  std::vector<Pair> outputs;  // the one that differs
  size_t rounds = 0;          // pairs of runs
  // The model's output no longer differs when the node's values are returned: what differs is how
  // nodes are fused.
  bool vanishes = false;
};

// Runs one side; taps are names of values whose tensors come behind the outputs.
Result<std::vector<Tensor>> run_side(const Side& side, const std::vector<std::string>& taps);

// |got - expected| may grow with the largest number of the tensor: sums cancel.
Tolerance widened(const Tolerance& tolerance, const Tensor& expected);

// output: the number of an output that differs. most_taps: values compared in one round.
Result<Culprit> find_culprit(const Side& first, const Side& second, size_t output,
                             const Tolerance& tolerance, size_t most_taps);

}  // namespace tenon::cli
