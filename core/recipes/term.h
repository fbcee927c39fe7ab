// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include "tenon/json.h"

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

// What an expression of a recipe stands for while a model is built: numbers and texts, parts of
// the model's documents, weights, tensors of the graph. Values. [one thread]
namespace tenon::recipes {

struct Term;
struct Weight;

// Nothing was found under a name; what: what was looked for.
struct Missing {
  std::string what;
};
struct None {};
// An object of one of the model's documents. [borrowed]
struct Document {
  const Json* object = nullptr;
  std::string path;
};
// A tensor of the graph that is being built.
struct Tensor {
  ValueId id = no_id;
};
struct Elements;
using List = std::shared_ptr<const Elements>;
using Members = std::map<std::string, Term, std::less<>>;
using Record = std::shared_ptr<const Members>;
using WeightPointer = std::shared_ptr<const Weight>;

struct Term : std::variant<Missing, None, bool, int64_t, double, std::string, List, Record,
                           Document, WeightPointer, Tensor> {
  using variant::variant;

  template <class T>
  const T* as() const {
    return std::get_if<T>(static_cast<const variant*>(this));
  }
  bool is_missing() const { return as<Missing>() != nullptr; }
  bool is_number() const { return as<int64_t>() != nullptr || as<double>() != nullptr; }
  // Of a number.
  double number() const {
    return as<double>() ? *as<double>() : static_cast<double>(*as<int64_t>());
  }
};

struct Elements {
  std::vector<Term> all;
  int depth = 1;  // of lists in lists
};

// Lists in lists end at this depth, so that walking them ends soon.
constexpr int most_list_depth = 4;

// Missing when lists nest too deep.
Term list_of(std::vector<Term> elements);
Term record_of(Members members);
// null is Missing, an object a Document. path: how messages name it.
Term term_of(const Json& json, const std::string& path);

// "a number", "a tensor" ...: for messages.
std::string_view kind_of(const Term& term);
// Missing, none, false, zero and what is empty are false.
bool truth(const Term& term);
// Whether two terms are equal; things of different kinds are not.
bool equal(const Term& a, const Term& b);
// As a text shows it: numbers exactly.
std::string text_of(const Term& term);
// For the facts of a model; null for what JSON cannot hold.
Json json_of(const Term& term);

}  // namespace tenon::recipes
