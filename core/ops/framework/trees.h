// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <cstdint>
#include <string_view>
#include <vector>

// Ensembles of decision trees, read from the attributes of ai.onnx.ml's operators of any version
// into one form, and written from it as the primitive TreeEnsemble. Plain values.
namespace tenon::ops {

// How a feature is compared with the threshold. The numbers are ONNX's.
enum class Branch : uint8_t { leq, less, geq, greater, equal, not_equal, member };

struct Trees {
  // A node: where the comparison holds, or the feature is NaN and nan_true, `yes` is next.
  // Children are nodes of greater index, or ~leaf.
  struct Split {
    int64_t feature = 0;
    double threshold = 0;
    Branch branch = Branch::leq;
    bool nan_true = false;
    int64_t yes = 0;
    int64_t no = 0;
  };
  // What a leaf gives to one target.
  struct Share {
    int64_t target = 0;
    double weight = 0;
  };

  std::vector<Split> splits;
  std::vector<int64_t> roots;  // a node or ~leaf for each tree
  std::vector<std::vector<Share>> leaves;
  bool wide = false;     // thresholds or weights were given as f64
  int64_t features = 0;  // least number of columns

  // Nodes in an order in which children follow their parents. Error for a cycle.
  Status sort();
};

// Attributes of TreeEnsembleClassifier ("class") and TreeEnsembleRegressor ("target").
Result<Trees> read_node_lists(const NodeContext& c, std::string_view shares, int64_t targets);
// Attributes of TreeEnsemble of ai.onnx.ml 5.
Result<Trees> read_ensemble(const NodeContext& c, int64_t targets);
// Attribute base_values or base_values_as_tensor: none, or one for each target.
Result<std::vector<double>> base_values(const NodeContext& c, int64_t targets);

// For infer: whether input 0 has the columns that the trees look at.
Status check_features(InferContext& c, const Trees& trees);
// The primitive: [rows, targets] of the type of the weights.
ValueId tree_scores(ExpandContext& c, const Trees& trees, std::string_view aggregate,
                    int64_t targets, DType weights);

}  // namespace tenon::ops
