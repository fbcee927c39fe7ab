// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What the classifiers and regressors of ai.onnx.ml have in common: rows of features, labels of
// classes, transforms of scores.
namespace tenon::ops {

// Labels of a classifier: integers or words, never both.
struct Labels {
  std::vector<int64_t> numbers;
  std::vector<std::string> words;

  size_t count() const { return words.empty() ? numbers.size() : words.size(); }
  DType dtype() const { return words.empty() ? DType::i64 : DType::string; }
};
Result<Labels> labels_of(const AttributeContext& c, std::string_view numbers,
                         std::string_view words);
// For infer: output 0 is a label and output 1 `columns` scores for each row of input 0.
Status classify(InferContext& c, const Labels& labels, int64_t columns);
// The label at each index.
ValueId label_at(ExpandContext& c, const Labels& labels, ValueId indices);

// Rows of input 0, which is a matrix or one row.
Result<Expr> row_count(const NodeContext& c);
// Input 0 as a matrix of type f32, or f64 where the input is.
ValueId feature_rows(ExpandContext& c);

// Attribute post_transform: "NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO" or "PROBIT".
Status check_transform(const NodeContext& c);
// Rows of scores after a transform of that name.
ValueId transform_scores(ExpandContext& c, std::string_view transform, ValueId scores);
// [n, 2] from a column: each side is a formula of s.
ValueId two_columns(ExpandContext& c, std::string_view left, std::string_view right, ValueId s);
// Index of the first greatest score of each row.
ValueId best_of_row(ExpandContext& c, ValueId scores);

}  // namespace tenon::ops
