// SPDX-License-Identifier: Apache-2.0
#include "core/api/text_runs.h"

#include "core/state/state_memory.h"
#include "core/state/step_block.h"

#include "tenon/strip_vm.h"

#include <algorithm>
#include <cstring>

namespace tenon {
namespace {

constexpr int64_t page_rows = 64;

const Value* input_named(const Graph& graph, std::string_view name) {
  for (const ValueId id : graph.main().inputs) {
    if (graph.value(id).name == name) return &graph.value(id);
  }
  return nullptr;
}

// Whether an output has a row for each sequence of the step rather than for each token.
bool is_per_sequence(const Graph& graph, const Value& output) {
  for (const std::string_view name : {"length", "state_slot", "pages", "prefix"}) {
    const Value* input = input_named(graph, name);
    if (input == nullptr || output.dims.empty() || input->dims.empty()) continue;
    if (output.dims[0].id() == input->dims[0].id()) return true;
  }
  return false;
}

// Rows of tokens.
struct Texts {
  int64_t batch = 0;
  int64_t columns = 0;
  bool is_vector = false;
  std::vector<std::vector<int32_t>> rows;
};

Result<Texts> texts_of(const RunInput& input) {
  const HostTensor& tensor = input.value.tensor;
  if (!input.value.is_tensor() || !is_integer(tensor.dtype) || tensor.dims.empty() ||
      tensor.dims.size() > 2) {
    return invalid("input \"{}\": {} given, the model takes integers [batch, tokens]", input.name,
                   describe(input.value));
  }
  Texts texts;
  texts.is_vector = tensor.dims.size() == 1;
  texts.batch = texts.is_vector ? 1 : tensor.dims[0];
  texts.columns = tensor.dims.back();
  texts.rows.resize(static_cast<size_t>(texts.batch));
  for (int64_t i = 0; i < tensor.elements(); ++i) {
    const int64_t token = load_integer(tensor.data.get(), tensor.dtype, i);
    if (token < INT32_MIN || token > INT32_MAX) {
      return invalid("input \"{}\": {} is no token", input.name, token);
    }
    texts.rows[static_cast<size_t>(i / texts.columns)].push_back(static_cast<int32_t>(token));
  }
  return texts;
}

class TextRun {
 public:
  TextRun(Session& main, Session* encoder, const Patience& patience)
      : main_(main), encoder_(encoder), patience_(patience) {}

  Result<std::vector<RunOutput>> all(std::span<const RunInput> inputs) {
    TENON_TRY(take(inputs));
    TENON_TRY(prepare());
    if (encoder_ != nullptr) {
      TENON_TRY(run(*encoder_, given_[0], true).status());
      return run(main_, given_[1], false);
    }
    return run(main_, given_[0], false);
  }

 private:
  Status take(std::span<const RunInput> inputs) {
    constexpr std::string_view names[] = {"input_ids", "decoder_input_ids", "attention_mask",
                                          "token_type_ids"};
    std::vector<std::optional<Texts>> found(std::size(names));
    for (size_t i = 0; i < inputs.size(); ++i) {
      const std::string_view name = inputs[i].name.empty() && i < 2 ? names[i] : inputs[i].name;
      const auto* at = std::ranges::find(names, name);
      const auto place = static_cast<size_t>(at - names);
      if (at == std::end(names) || (place == 1 && encoder_ == nullptr)) {
        return invalid(
            "the model has no input \"{}\"; inputs are: input_ids, {}attention_mask, "
            "token_type_ids",
            name, encoder_ != nullptr ? "decoder_input_ids, " : "");
      }
      TENON_TRY_ASSIGN(found[place], texts_of(inputs[i]));
    }
    for (size_t i = 0; i < (encoder_ != nullptr ? 2u : 1u); ++i) {
      if (!found[i]) return invalid("input \"{}\" is missing", names[i]);
      given_.push_back(std::move(*found[i]));
    }
    if (encoder_ != nullptr && given_[0].batch != given_[1].batch) {
      return invalid("input_ids has {} rows, decoder_input_ids {}", given_[0].batch,
                     given_[1].batch);
    }
    for (const size_t i : {size_t{2}, size_t{3}}) {
      if (!found[i]) continue;
      if (found[i]->batch != given_[0].batch || found[i]->columns != given_[0].columns) {
        return invalid("{} is [{}, {}], input_ids is [{}, {}]", names[i], found[i]->batch,
                       found[i]->columns, given_[0].batch, given_[0].columns);
      }
    }
    if (found[3]) types_ = std::move(found[3]->rows);
    if (found[2]) cut(*found[2]);
    return {};
  }

  // Leaves out what the mask does.
  void cut(const Texts& mask) {
    for (size_t b = 0; b < mask.rows.size(); ++b) {
      const auto& row = mask.rows[b];
      const auto last = std::find_if(row.rbegin(), row.rend(), [](int32_t m) { return m != 0; });
      const auto length = static_cast<size_t>(row.rend() - last);
      given_[0].rows[b].resize(length);
      if (!types_.empty()) types_[b].resize(length);
    }
  }

  Status prepare() {
    int64_t longest = 1;
    for (const Texts& texts : given_) longest = std::max(longest, texts.columns);
    pages_ = (longest + page_rows - 1) / page_rows;
    const int64_t batch = std::max<int64_t>(given_[0].batch, 1);
    if (batch > INT32_MAX / (pages_ * page_rows)) {
      return no_memory("{} rows of {} tokens", batch, longest);
    }
    std::vector<const Plan*> plans = {&main_.plan()};
    if (encoder_ != nullptr) plans.push_back(&encoder_->plan());
    TENON_TRY_ASSIGN(memory_, StateMemory::make(plans, {batch * pages_, page_rows, batch}));
    for (int64_t b = 0; b < batch; ++b) {
      TENON_TRY(memory_->clear_fixed(static_cast<uint32_t>(b)));
      for (int64_t p = 0; p < pages_; ++p) {
        numbers_.push_back(static_cast<uint32_t>(b * pages_ + p));
      }
    }
    return {};
  }

  Result<std::vector<RunOutput>> run(Session& session, const Texts& texts, bool is_encoder) {
    std::vector<StepSequence> block;
    for (size_t b = 0; b < texts.rows.size(); ++b) {
      const std::span<const uint32_t> pages(numbers_.data() + b * static_cast<size_t>(pages_),
                                            static_cast<size_t>(pages_));
      const bool has_types = !types_.empty() && &texts == &given_[0];
      block.push_back(
          {.tokens = texts.rows[b],
           .types = has_types ? std::span<const int32_t>(types_[b]) : std::span<const int32_t>(),
           .first = 0,
           .pages = pages,
           .state_slot = static_cast<uint32_t>(b),
           .prefix = texts.rows[b].size(),
           .memory_length = encoder_ != nullptr ? given_[0].rows[b].size() : 0,
           .memory_pages = pages,
           .want_all = true,
           .want_last = false});
    }
    const Plan& plan = session.plan();
    TENON_TRY_ASSIGN(const auto inputs,
                     step_inputs(plan.graph, block, {page_rows, pages_, pages_, is_encoder}));
    TENON_TRY_ASSIGN(auto outputs, session.run(inputs, patience_, memory_->of(plan)));
    if (is_encoder) return outputs;
    for (RunOutput& output : outputs) TENON_TRY(shape(plan.graph, texts, output));
    return outputs;
  }

  // Gives flattened rows their batch back.
  static Status shape(const Graph& graph, const Texts& texts, RunOutput& output) {
    const auto place = std::ranges::find(graph.output_names, output.name);
    const ValueId id =
        graph.main().outputs[static_cast<size_t>(place - graph.output_names.begin())];
    HostTensor& tensor = output.value.tensor;
    int64_t tokens = 0;
    for (const auto& row : texts.rows) tokens += static_cast<int64_t>(row.size());
    if (!output.value.is_tensor() || tensor.dims.empty() ||
        is_per_sequence(graph, graph.value(id)) || tensor.dims[0] != tokens) {
      return {};  // a row for each text already, or a tapped value of another form
    }
    std::vector<int64_t> dims = {texts.batch, texts.columns};
    dims.insert(dims.end(), tensor.dims.begin() + 1, tensor.dims.end());
    if (texts.is_vector) dims.erase(dims.begin());
    TENON_TRY_ASSIGN(HostTensor made, make_tensor(tensor.dtype, std::move(dims)));
    std::memset(made.data.get(), 0, made.bytes);
    const uint64_t row_bytes = tokens == 0 ? 0 : tensor.bytes / static_cast<uint64_t>(tokens);
    const std::byte* from = tensor.data.get();
    for (size_t b = 0; b < texts.rows.size(); ++b) {
      const uint64_t bytes = texts.rows[b].size() * row_bytes;
      if (bytes > 0) {
        std::memcpy(made.data.get() + b * static_cast<uint64_t>(texts.columns) * row_bytes, from,
                    bytes);
      }
      from += bytes;
    }
    tensor = std::move(made);
    return {};
  }

  Session& main_;
  Session* encoder_;
  const Patience& patience_;
  std::vector<Texts> given_;
  std::vector<std::vector<int32_t>> types_;
  std::unique_ptr<StateMemory> memory_;
  std::vector<uint32_t> numbers_;  // of pages, row after row
  int64_t pages_ = 0;              // a row
};

}  // namespace

Graph text_face(const Graph& main, bool has_encoder) {
  Graph face;
  const Expr batch = face.add_symbol({.name = "batch"});
  const Expr tokens = face.add_symbol({.name = "tokens"});
  const auto input = [&](std::string name, const Expr& length) {
    face.main().inputs.push_back(face.add_value({.name = std::move(name),
                                                 .kind = ValueKind::input,
                                                 .dtype = DType::i64,
                                                 .ranked = true,
                                                 .dims = {batch, length},
                                                 .known = {},
                                                 .constant = {}}));
  };
  input("input_ids", tokens);
  Expr answered = tokens;
  if (has_encoder) {
    answered = face.add_symbol({.name = "decoder_tokens"});
    input("decoder_input_ids", answered);
  }
  for (size_t i = 0; i < main.main().outputs.size(); ++i) {
    const auto is_state = [&](const GraphState& state) { return state.output == i; };
    if (std::ranges::any_of(main.states, is_state)) continue;
    const Value& value = main.value(main.main().outputs[i]);
    std::vector<Expr> dims = {batch};
    if (!is_per_sequence(main, value)) dims.push_back(answered);
    for (size_t axis = 1; axis < value.dims.size(); ++axis) {
      dims.push_back(value.dims[axis].is_constant()
                         ? face.exprs->integer(value.dims[axis].constant())
                         : face.add_symbol({.name = fmt::format("axis{}", axis)}));
    }
    face.main().outputs.push_back(face.add_value({.name = value.name,
                                                  .dtype = value.dtype,
                                                  .ranked = true,
                                                  .dims = std::move(dims),
                                                  .known = {},
                                                  .constant = {}}));
    face.output_names.push_back(main.output_names[i]);
  }
  return face;
}

Result<std::vector<RunOutput>> run_texts(Session& main, Session* encoder,
                                         std::span<const RunInput> inputs,
                                         const Patience& patience) {
  return TextRun(main, encoder, patience).all(inputs);
}

}  // namespace tenon
