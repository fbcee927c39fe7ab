// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/model.h"
#include "core/state/sequences.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// A model made ready on devices: runs of its graph, and of sequences when it is a model of texts.
// Outlived by the model. [any thread]
namespace tenon {

class Runs {
 public:
  static Result<std::unique_ptr<Runs>> make(
      const Model& model, std::string_view devices, const std::vector<std::string>& taps,
      const PlanOptions& options, std::optional<std::chrono::milliseconds> upload_limit = {});

  const Model& model() const { return model_; }
  // Of the main graph.
  Session& session() { return *main_; }
  const Session& session() const { return *main_; }

  // Inputs and outputs are those of Model::face().
  Result<std::vector<RunOutput>> run(std::span<const RunInput> inputs, const Patience& patience);
  // The same; see Session::run_into().
  Status run_into(std::vector<RunOutput>& outputs, std::span<const RunInput> inputs,
                  const Patience& patience);

  // Room for sequences; see tenon_sequences_table. Outlived by this.
  Result<std::unique_ptr<Sequences>> sequences(uint64_t tokens, uint32_t count, uint32_t page_rows);

 private:
  explicit Runs(const Model& model) : model_(model) {}
  Result<std::unique_ptr<Sequences>> exported(uint64_t tokens, uint32_t count, uint64_t context);

  const Model& model_;
  std::string devices_;
  PlanOptions options_;
  std::optional<std::chrono::milliseconds> upload_limit_;
  std::unique_ptr<Session> main_, encoder_;
  // Of an exported decoder whose past stays on its device; null when it cannot.
  std::unique_ptr<Session> with_states_;
  bool tried_states_ = false;
};

// What is known of a model of texts, as tenon_sequences_table.facts gives it; Code::unsupported for
// other models.
Result<Json> text_facts(const Model& model);

}  // namespace tenon
