// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"
#include "core/ops/contexts.h"
#include "core/recipes/weights.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Builds one graph of a family: its inputs (the step block), its states, constants in the memory of
// the file, and nodes, which are inferred as they are added. [one thread]
namespace tenon::recipes {

struct StateShape {
  std::string name;  // "kv.3.key"
  StateClass kept_as = StateClass::growing;
  int64_t window = 0;
  std::vector<int64_t> dims;  // of one row, or of one sequence when fixed
  DType dtype = DType::f32;
};

class Emitter {
 public:
  // Borrows file and formats.
  Emitter(std::string name, const WeightFile& file, const Formats& formats);
  Emitter(const Emitter&) = delete;
  Emitter& operator=(const Emitter&) = delete;

  const std::string& name() const { return name_; }
  // An input of the step block by its name; made at its first use.
  Result<ValueId> input(std::string_view name);
  static bool is_step_input(std::string_view name);
  // An f32 input of the graph's own; a negative dim is the number of sequences.
  ValueId input(std::string_view name, const std::vector<int64_t>& dims);

  // Nodes whose names begin with this word from now on.
  void scope(std::string name) { scope_ = std::move(name); }
  const std::string& scope() const { return scope_; }
  ValueId add(std::string_view op, const std::vector<ValueId>& inputs, Attributes attributes = {},
              std::string_view domain = "");
  std::vector<ValueId> add_many(std::string_view op, const std::vector<ValueId>& inputs,
                                Attributes attributes, size_t outputs,
                                std::string_view domain = "");
  // For the functions in which composite operators are written; names as add() would.
  ExpandContext& context();

  // The weight as f32 with the dims that the recipe states.
  ValueId weight(const Weight& weight);
  // The weight as it is stored, when it has plain elements; else no_id.
  ValueId stored(const Weight& weight);
  // Rows of a matrix as f32: what a table of tokens gives for `rows`.
  ValueId rows(const Weight& weight, ValueId rows);
  // x times the matrix [out, in], as a model stores it, without copying it; bias may be no_id.
  ValueId product(ValueId x, const Weight& weight, ValueId bias);

  // The newest version of a state; declared at its first use.
  ValueId state(const StateShape& shape);
  // From now on the state is this value.
  void update_state(std::string_view name, ValueId value);

  const std::vector<Expr>& dims(ValueId id) const { return graph_.value(id).dims; }
  DType dtype(ValueId id) const { return graph_.value(id).dtype; }
  // What went wrong in a node, if anything.
  const Status& status() const { return failed_.ok() ? context_.status() : failed_; }
  size_t nodes() const { return count_; }

  // Names the outputs and ends the graph.
  Result<Graph> finish(std::vector<std::pair<std::string, ValueId>> outputs);

 private:
  struct Kept {
    StateShape shape;
    ValueId first, newest;
  };

  Expr symbol(std::string_view name);
  void name_next();
  ValueId constant(const StoredTensor& tensor, const std::string& name,
                   const std::vector<int64_t>& dims);
  ValueId decoded(const StoredTensor& tensor, const std::string& name,
                  const std::vector<int64_t>& dims);
  ValueId unpacked(const Weight& weight);
  ValueId add_decode(Result<DecodeNode> node);

  std::string name_;
  const WeightFile& file_;
  const Formats& formats_;
  Graph graph_;
  Node naming_;  // what the context derives names from
  ExpandContext context_;
  Status failed_;
  std::string scope_;
  uint64_t count_ = 0;
  std::map<std::string, Expr, std::less<>> symbols_;
  std::map<std::string, ValueId, std::less<>> inputs_;
  std::map<const StoredTensor*, ValueId> constants_;
  std::map<std::string, ValueId, std::less<>> weights_;  // by the names of their tensors
  std::vector<Kept> states_;
};

}  // namespace tenon::recipes
