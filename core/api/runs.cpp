// SPDX-License-Identifier: Apache-2.0
#include "core/api/runs.h"

#include "core/api/text_runs.h"
#include "core/base/platform_file.h"
#include "core/state/paged_sequences.h"
#include "core/state/past_sequences.h"

#include <algorithm>

namespace tenon {
namespace {

// Tokens in a pool when nobody says how many and the model's context is larger.
constexpr uint64_t usual_tokens = 4096;
constexpr uint64_t most_config_bytes = 16u << 20;

// The tokens that a decoder was made for, from the file beside an exported graph; 0: not known.
uint64_t context_beside(const Model& model) {
  const auto file = map_sibling(model.path(), "config.json");
  if (!file.ok() || file->bytes().size() > most_config_bytes) return 0;
  const auto bytes = file->bytes();
  const auto config = parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!config.ok()) return 0;
  for (const std::string_view key : {"max_position_embeddings", "n_positions", "n_ctx"}) {
    const int64_t tokens = config->integer(key, 0);
    if (tokens > 0) return static_cast<uint64_t>(tokens);
  }
  return 0;
}

int64_t vocabulary(const Graph& graph) {
  for (size_t i = 0; i < graph.main().outputs.size(); ++i) {
    if (graph.output_names[i] != "logits") continue;
    const auto& dims = graph.value(graph.main().outputs[i]).dims;
    if (!dims.empty() && dims.back().is_constant()) return dims.back().constant();
  }
  return 0;
}

}  // namespace

Result<Json> text_facts(const Model& model) {
  if (model.is_family()) return model.facts();
  const auto ports = DecoderPorts::of(model.graph());
  if (!ports.ok()) {
    return unsupported("{} is not a decoder: {}", model.path(), ports.status().message());
  }
  return Json::object({{"kind", "decoder"},
                       {"context", context_beside(model)},
                       {"vocabulary", vocabulary(model.graph())}});
}

Result<std::unique_ptr<Runs>> Runs::make(const Model& model, std::string_view devices,
                                         const std::vector<std::string>& taps,
                                         const PlanOptions& options,
                                         std::optional<std::chrono::milliseconds> upload_limit) {
  std::unique_ptr<Runs> made(new Runs(model));
  made->devices_ = devices;
  made->options_ = options;
  made->options_.cancel = nullptr;  // of this call
  made->upload_limit_ = upload_limit;
  TENON_TRY_ASSIGN(made->main_, model.session(devices, taps, options, upload_limit));
  // The encoder's graph writes states that the decoder's reads.
  made->options_.precision = made->main_->plan().precision;
  if (model.encoder() != nullptr) {
    TENON_TRY_ASSIGN(made->encoder_, model.session_of(clone(*model.encoder()), devices,
                                                      made->options_, upload_limit));
  }
  return made;
}

Result<std::vector<RunOutput>> Runs::run(std::span<const RunInput> inputs,
                                         const Patience& patience) {
  std::vector<RunOutput> outputs;
  TENON_TRY(run_into(outputs, inputs, patience));
  return outputs;
}

Status Runs::run_into(std::vector<RunOutput>& outputs, std::span<const RunInput> inputs,
                      const Patience& patience) {
  if (!model_.is_family()) return main_->run_into(outputs, inputs, patience);
  TENON_TRY_ASSIGN(outputs, run_texts(*main_, encoder_.get(), inputs, patience));
  return {};
}

Result<std::unique_ptr<Sequences>> Runs::exported(uint64_t tokens, uint32_t count,
                                                  uint64_t context) {
  PastOptions options = {.context = context, .tokens = tokens, .sequences = count};
  if (options.tokens == 0)
    options.tokens = context == 0 ? usual_tokens : std::min(context, usual_tokens);
  if (!tried_states_) {
    tried_states_ = true;
    TENON_TRY_ASSIGN(with_states_, model_.session_of(with_past_as_states(model_.graph()), devices_,
                                                     options_, upload_limit_));
  }
  if (with_states_) {
    auto made = PastSequences::make(*with_states_, options);
    if (made.ok()) return std::unique_ptr<Sequences>(std::move(*made));
    if (made.status().code() != Code::unsupported) return made.status();
    with_states_.reset();
  }
  TENON_TRY_ASSIGN(auto made, PastSequences::make(*main_, options));
  return std::unique_ptr<Sequences>(std::move(made));
}

Result<std::unique_ptr<Sequences>> Runs::sequences(uint64_t tokens, uint32_t count,
                                                   uint32_t page_rows) {
  TENON_TRY_ASSIGN(const Json facts, text_facts(model_));
  count = std::max(count, 1u);
  const auto context = static_cast<uint64_t>(std::max<int64_t>(facts.integer("context", 0), 0));
  if (!model_.is_family()) return exported(tokens, count, context);
  if (facts.text("kind") == "encoder") {
    return unsupported("{} is an encoder: it has no sequences that grow", model_.path());
  }
  const uint64_t most = context == 0 ? INT32_MAX : context;
  if (tokens == 0) tokens = std::min(most, usual_tokens);
  TENON_TRY_ASSIGN(auto made, PagedSequences::make(*main_, encoder_.get(),
                                                   {.tokens = tokens,
                                                    .context = std::min(most, tokens),
                                                    .sequences = count,
                                                    .page_rows = page_rows == 0 ? 64 : page_rows}));
  return std::unique_ptr<Sequences>(std::move(made));
}

}  // namespace tenon
