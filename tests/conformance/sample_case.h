// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/engine.h"
#include "core/ops/op.h"
#include "core/run/session.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Samples of operators as graphs with inputs, and what `reference` says of them. A Judge is used by
// one thread.
namespace tenon::conformance {

using Bytes = std::vector<std::byte>;

// A sample, its inputs, and what the judge says of it.
struct Case {
  std::string name;
  Graph graph;
  std::vector<Bytes> data;  // of the graph's inputs
  std::vector<std::vector<int64_t>> dims;
  std::shared_ptr<Plan> plan;  // on the judge
  std::vector<RunOutput> expected;

  std::vector<RunInput> inputs() const;
};

// "Add sample 0".
std::string name_of(const Op& op, size_t sample);

// All operators, or those that TENON_OPERATORS names ("Add,Wave").
std::vector<Op> wanted_ops();
// What a whole run must pass; one when only some operators are wanted.
size_t at_least(size_t of_all);

class Judge {
 public:
  static Result<std::unique_ptr<Judge>> make();

  bool has(std::string_view device) { return engine_->choose(device).ok(); }
  // The case, run on the judge. Samples that an operator does not take fail with its reason.
  Result<Case> judged(const Op& op, const Sample& sample, std::string name);
  Result<std::vector<RunOutput>> run(const Case& sample, std::string_view device,
                                     std::shared_ptr<Plan>* kept = nullptr);

 private:
  explicit Judge(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
  std::unique_ptr<Engine> engine_;
};

// "" when the elements agree within the tolerance of their type, else where they differ.
std::string difference(DType dtype, const std::byte* found, const std::byte* expected,
                       uint64_t bytes);
// The same for all outputs.
std::string differs(const Case& sample, const std::vector<RunOutput>& found);

}  // namespace tenon::conformance
