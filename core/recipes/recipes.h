// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/weight_file.h"
#include "core/recipes/syntax.h"

#include "tenon/json.h"
#include "tenon/status.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Model families as text: the recipes that were found, and graphs built by them from a file of
// weights. Immutable once made. [any thread]
namespace tenon {

class Formats;
struct TextFiles;

class Recipes {
 public:
  // Reads all of them; one that breaks a rule is kept with the reason and used for nothing.
  static Recipes read(const TextFiles& files);

  struct Entry {
    std::string name;  // of the file, without its ending
    std::string path;
    std::shared_ptr<const recipes::Recipe> recipe;  // null when it could not be read
    Status status;
  };
  // Sorted by name.
  const std::vector<Entry>& entries() const { return entries_; }
  const std::vector<std::pair<std::string, std::string>>& refused() const { return refused_; }

 private:
  std::vector<Entry> entries_;
  std::vector<std::pair<std::string, std::string>> refused_;
};

// A model as its recipe builds it.
struct Family {
  std::string recipe;
  // "decoder", "encoder": names of the recipe. They share states by name.
  std::vector<std::pair<std::string, Graph>> graphs;
  // recipe, kind ("decoder", "encoder" or "encoder-decoder"), context, vocabulary, generate, what
  // the recipe adds, and unused: names of tensors that no graph reads.
  Json facts;
};

// formats: how quantized tensors are read. Finds the recipe that matches the file and builds its
// graphs, fresh as from a loader. A failure lists everything that is missing, misshapen or
// unsupported at once.
Result<Family> build_family(const Recipes& recipes, const WeightFile& file, const Formats& formats);

// For `tenon recipes`: name, title, path, graphs, and error when there is one; the functions that
// recipes can call beside their own; files that were refused.
Json describe(const Recipes& recipes);

}  // namespace tenon
