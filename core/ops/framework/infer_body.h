// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <optional>
#include <vector>

// What control-flow operators know of the outputs of their bodies before the run.
namespace tenon::ops {

// A value as far as it is known; dtype none: not at all.
struct Outlook {
  std::vector<Wrap> wraps = {};
  DType dtype = DType::none;
  std::optional<size_t> rank = {};
  std::vector<std::optional<int64_t>> dims = {};  // of a tensor with rank: what is constant

  bool is_known() const { return dtype != DType::none; }
  bool operator==(const Outlook&) const = default;
};

Outlook outlook_of(const Value& value);
Outlook tensor_outlook(DType dtype, size_t rank);

// The outputs of the body behind the attribute for inputs like these; nothing known when an input
// of it or what it captures is not known, or a node in it is understood only when it runs.
std::vector<Outlook> infer_body(InferContext& c, std::string_view attribute,
                                const std::vector<Outlook>& inputs);

// The same for a body that hands `count` of its outputs, from `from` on, to the inputs from `first`
// on: what differs from trip to trip is not known, in the inputs either.
std::vector<Outlook> infer_steady_body(InferContext& c, std::string_view attribute,
                                       std::vector<Outlook>& inputs, size_t first, size_t count,
                                       size_t from);

// What holds for both.
Outlook common(const Outlook& a, const Outlook& b);
// Declares output k to be like this.
void declare_output(InferContext& c, size_t k, const Outlook& outlook);

// Of a value that may be a sequence, an optional or a tensor.
std::optional<size_t> rank_within(const Value& value);

}  // namespace tenon::ops
