// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "draft.h"
#include "tenon/kernelgen/lower.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

// The formula of a node inside a kernel: of its own, or of one that reads what it makes. What the
// formula reads is memory, or the formula of another node where the island says so. [any thread]
namespace tenon::kernelgen {

// An element of a node's output: its coordinates and its place.
struct FormulaPlace {
  std::vector<Value> coordinates;  // those that are missing are 0
  Value linear;
};

class Formula {
 public:
  // Of `node`, inside the kernel of `work`. further: gets what neither of both reads itself.
  Formula(const Work& work, Draft& draft, const tenon_node& node, std::vector<uint32_t>& further);

  // The element; coordinates may be asked for when they are needed.
  Result<Value> at(Value linear, const std::function<Value(int64_t axis)>& coordinate);
  Result<Value> at(const FormulaPlace& place);

 private:
  int64_t limit(int64_t axis) const;
  Result<kir::Loadable> operand(int64_t k);
  Result<Value> uniform(int32_t row);
  // The element of an operand that has a formula of its own; nothing when it is memory.
  std::optional<Result<Value>> inlined(int64_t k, int32_t index_row, Value index,
                                       const std::function<Value(int64_t)>& coordinate);
  FormulaPlace place_in(const Formula& other, int32_t index_row, Value index,
                        const std::function<Value(int64_t)>& coordinate);
  Formula& source(int64_t k, const tenon_node& node);
  // The operand number of a value that the kernel reads.
  uint32_t slot(uint32_t value);

  const Work& work_;
  Island& island_;
  Draft& draft_;
  kir::Builder& b_;
  const tenon_node& node_;
  std::vector<uint32_t>& further_;
  std::vector<Expr> dims_;
  Expr count_;
  std::map<int64_t, kir::Loadable> operands_;
  std::map<int64_t, std::unique_ptr<Formula>> sources_;
  std::map<int32_t, Value> uniforms_;
};

}  // namespace tenon::kernelgen
