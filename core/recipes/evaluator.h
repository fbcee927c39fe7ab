// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/weight_file.h"
#include "core/recipes/emitter.h"
#include "core/recipes/syntax.h"
#include "core/recipes/term.h"
#include "core/recipes/weights.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// Evaluates a recipe over the file of a model: values of its lets, tensors of its tables, then one
// graph after the other. Borrows recipe, parts, file and formats. [one thread]
namespace tenon::recipes {

class Call;

class Evaluator {
 public:
  // functions: those of the recipe and of the parts that all recipes share, by name.
  using Functions = std::map<std::string, const Function*, std::less<>>;
  Evaluator(const Recipe& recipe, Functions functions, const WeightFile& file,
            const Formats& formats);

  // Whether the recipe is for this file.
  Result<bool> matches();
  // Lets and tables, once; what is wrong with tensors is gathered in problems().
  Status prepare();
  Result<Graph> graph(const GraphRecipe& recipe);
  // name: value pairs as JSON.
  Result<Json> facts(const std::vector<Labelled>& labels);

  const Problems& problems() const { return problems_; }
  const std::set<std::string, std::less<>>& used() const { return used_; }
  // The value of a let, or Missing.
  Term global(std::string_view name) const;

  // For builtins.
  const WeightFile& file() const { return file_; }
  // Null outside of a graph.
  Emitter* emitter() { return emitter_; }
  Status wrong(Place place, std::string_view message) const;

 private:
  using Names = Members;

  Result<Term> evaluate(const Expression& expression, const Names& names);
  Result<Term> name(const Expression& expression, const Names& names);
  Result<Term> text(const Expression& expression, const Names& names);
  Result<Term> infix(const Expression& expression, const Names& names);
  Result<Term> member(const Expression& expression, const Names& names);
  Result<Term> element(const Expression& expression, const Names& names);
  Result<Term> call(const Expression& expression, const Names& names);
  Result<Term> function(const Function& function, Call& call);
  // What `give` statements give, by name.
  Status run(const std::vector<Statement>& body, Names& names,
             std::vector<std::pair<std::string, Term>>& results);
  Status repeat(const Statement& statement, Names& names,
                std::vector<std::pair<std::string, Term>>& results);
  Status assign(const Statement& statement, Names& names);
  Result<std::vector<int64_t>> sizes(const std::vector<ExpressionPointer>& dims);

  Status table(const Table& table);
  Status group(const Table& table, const World* world, size_t column);
  Result<Term> weight(const Row& row, size_t name, const World& world, size_t column,
                      std::string_view group, std::string_view index);
  bool check_dims(const Weight& weight);
  void add_missing(const Weight& weight, const Row& row, const std::string& name);
  void check_format(const StoredTensor& tensor, const std::string& name);
  static std::vector<std::string> candidates(const World& world, const Column& column,
                                             const Row& row, size_t name, Fillings fillings,
                                             bool counted);
  Result<bool> find_packed(const World& world, const Column& column, const Row& row, size_t name,
                           const Fillings& fillings, Weight& weight);
  const StoredTensor* find(const World& world, const Column& column, const Row& row, size_t name,
                           Fillings fillings, std::string& stored_name);

  const Recipe& recipe_;
  Functions functions_;
  const WeightFile& file_;
  const Formats& formats_;
  std::string world_;  // "hf" or "gguf"
  Names globals_;
  std::map<std::string, std::vector<Members>, std::less<>> groups_;
  Problems problems_;
  std::set<std::string, std::less<>> used_;
  std::vector<std::string_view> active_;  // functions being evaluated
  Emitter* emitter_ = nullptr;
  uint64_t steps_ = 0;
};

}  // namespace tenon::recipes
