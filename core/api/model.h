// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/engine.h"
#include "core/graph/graph.h"
#include "core/graph/source.h"
#include "core/graph/weight_builder.h"
#include "core/passes/pass.h"
#include "core/run/session.h"
#include "core/run/weights.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

// A model as loaded: its graph after the passes, its files, its weights on devices. Immutable but
// for caches; shared by its sessions. [any thread]
namespace tenon {

struct LoadOptions {
  std::string loader;  // plugin id; empty = by content
  std::map<std::string, int64_t> sizes;
  std::map<std::string, std::string> values;  // inputs that become constants: "1, -1"
  PassOptions passes;
  bool allow_incomplete = false;  // keep a model that lacks operators, for looking at it
  std::vector<std::pair<std::string, std::string>> loader_options;
};

// Operators as the file has them.
struct OperatorCount {
  std::string domain, op;
  uint64_t count = 0;
};

class Model {
 public:
  // path: shown in messages and used to find companions; content: its bytes.
  static Result<std::unique_ptr<Model>> load(Engine& engine, const std::string& path,
                                             tenon_source content, const LoadOptions& options,
                                             const tenon_cancel* cancel);

  Engine& engine() const { return engine_; }
  // The main graph; of an encoder-decoder, the decoder's.
  const Graph& graph() const { return graph_; }
  // Inputs and outputs as callers see them: the graph's own, or those of rows of tokens.
  const Graph& face() const { return is_family() ? *face_ : graph_; }
  // Whether a recipe built the graph from a file of weights: it takes step blocks, see core/state.
  bool is_family() const { return face_ != nullptr; }
  // What the recipe says of the model.
  const Json& facts() const { return facts_; }
  // Null when there is none.
  const Graph* encoder() const { return encoder_.get(); }
  const std::string& path() const { return path_; }
  const std::string& loader() const { return loader_; }
  const std::vector<OperatorCount>& operators() const { return operators_; }
  // Why it cannot run, when it was kept all the same.
  const Status& incomplete() const { return incomplete_; }
  std::shared_ptr<Weights> weights() const { return weights_; }
  // The tensors and documents of a file of weights; null when the file holds a graph.
  const WeightFile* weight_file() const { return weight_file_.get(); }
  // Bytes that the loader handed on under this name, or those of the file beside the model.
  Result<HandedOn> companion(std::string_view name) const;
  bool has_companion(std::string_view name) const { return companion(name).ok(); }

  // taps: names of values to return as further outputs.
  // upload_limit: how long a constant may be on its way to a device.
  Result<std::unique_ptr<Session>> session(
      std::string_view devices, const std::vector<std::string>& taps, PlanOptions options,
      std::optional<std::chrono::milliseconds> upload_limit = {}) const;
  // Of another graph made of this model's.
  Result<std::unique_ptr<Session>> session_of(
      Graph graph, std::string_view devices, PlanOptions options,
      std::optional<std::chrono::milliseconds> upload_limit = {}) const;
  Result<std::unique_ptr<Plan>> plan(std::string_view devices, const std::vector<std::string>& taps,
                                     PlanOptions options) const;

 private:
  explicit Model(Engine& engine) : engine_(engine) {}
  // The graphs of a file of weights.
  Status build(const LoadOptions& options);

  Engine& engine_;
  std::string path_, loader_;
  std::unique_ptr<SourceSet> sources_;
  Graph graph_;
  std::unique_ptr<Graph> encoder_, face_;
  Json facts_;
  std::unique_ptr<WeightFile> weight_file_;
  HandedOnByName companions_;
  std::vector<OperatorCount> operators_;
  Status incomplete_;
  std::shared_ptr<Weights> weights_ = std::make_shared<Weights>();
};

// Text for tenon_model_describe.
Result<std::string> describe_model(const Model& model, std::string_view what);
Json describe_session(const Session& session);

}  // namespace tenon
