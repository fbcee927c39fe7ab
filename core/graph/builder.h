// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"
#include "core/graph/source.h"
#include "core/graph/weight_builder.h"

#include "tenon/abi/draft/loader.h"

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

// What a loader builds a model with. Checks everything it is given: shapes against bytes, ranges
// against sources, names against duplicates, counts against limits.

// The handle that a loader holds.
struct tenon_builder {
 public:
  // fixed: extents for named symbols, by name.
  tenon_builder(tenon::SourceSet& sources, std::map<std::string, int64_t> fixed)
      : sources_(sources), fixed_(std::move(fixed)) {}

  // An operator or construct that the loader could not express.
  struct Unsupported {
    std::string op;
    std::string node;
    std::string reason;
  };

  static const tenon_builder_table& table();

  // After load(): the graph, or what is wrong with it. Call once.
  tenon::Result<tenon::Graph> finish();
  const std::vector<Unsupported>& not_expressed() const { return unsupported_; }
  tenon::Graph& graph() { return graph_; }
  // Tensors, documents and companions of a container of weights; empty for a graph.
  tenon::WeightBuilder& weights() { return weights_; }

 private:
  friend struct BuilderCalls;

  tenon::Body& body();
  tenon::Result<std::vector<tenon::Expr>> dims(uint32_t rank, const tenon_loader_dim* dims,
                                               std::string_view input);
  tenon::Status weight(std::string_view name, uint32_t dtype, std::span<const int64_t> dims,
                       const tenon_source& source, uint64_t offset, uint64_t bytes,
                       uint32_t* value);
  tenon::Status decoded(uint64_t bytes, tenon_source** source, void** data);
  tenon::Status texts(std::string_view name, std::span<const int64_t> dims,
                      std::span<const tenon_str> texts, uint32_t* value);
  tenon::Status input(std::string_view name, uint32_t dtype, uint32_t rank,
                      const tenon_loader_dim* dims, uint32_t* value);
  tenon::Status wrapped_input(std::string_view name, std::span<const uint32_t> wraps,
                              uint32_t dtype, uint32_t* value);
  tenon::Status node(tenon::Node node, std::span<const tenon_str> output_names, uint32_t* outputs);
  tenon::Result<tenon::Attribute> attribute(const tenon_attribute& given);
  tenon::Status check_value(uint32_t value) const;
  tenon::Status end_body(std::span<const uint32_t> outputs, uint32_t* index);

  tenon::SourceSet& sources_;
  std::map<std::string, int64_t> fixed_;
  tenon::Graph graph_;
  std::vector<tenon::Body> open_;  // nested bodies being built, outermost first
  std::map<std::string, tenon::Expr, std::less<>> symbols_;
  std::unordered_set<std::string> used_fixed_;
  std::vector<Unsupported> unsupported_;
  tenon::WeightBuilder weights_;
  uint64_t decoded_bytes_ = 0;
  size_t nodes_ = 0;
};
