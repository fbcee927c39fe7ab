// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/decoding_bodies.h"

#include "core/ops/framework/body_roles.h"
#include "core/ops/framework/host_tensors.h"

#include "tenon/strip_vm.h"

#include <algorithm>

namespace tenon::ops {
namespace {

Result<std::vector<Tokens>> rows_of(const HostContext& c, size_t i) {
  TENON_TRY_ASSIGN(const HostTensor* tensor, c.tensor_input(i));
  TENON_TRY_ASSIGN(const std::vector<int64_t> elements, c.integer_input(i));
  if (tensor->dims.size() != 2 || elements.empty()) {
    return invalid("input {}: {}, expected tokens of a batch", i, describe(c.input(i)));
  }
  std::vector<Tokens> rows;
  const auto length = static_cast<ptrdiff_t>(tensor->dims[1]);
  for (auto at = elements.begin(); at != elements.end(); at += length) {
    rows.emplace_back(at, at + length);
  }
  return rows;
}

Status fits(const std::vector<Tokens>& rows, std::string_view what, size_t count, size_t length) {
  if (rows.size() == count && rows.front().size() == length) return {};
  return invalid("{} is [{}, {}], expected [{}, {}]", what, rows.size(), rows.front().size(), count,
                 length);
}

Result<HostTensor> matrix_of(const std::vector<Tokens>& rows, DType dtype) {
  if (rows.empty()) return invalid("a body asks for tokens that this operator does not have");
  std::vector<int64_t> elements;
  for (const Tokens& row : rows) elements.insert(elements.end(), row.begin(), row.end());
  const auto count = static_cast<int64_t>(rows.size());
  const auto length = static_cast<int64_t>(rows.front().size());
  return integer_tensor(dtype, {count, length}, elements);
}

size_t batch_axis(const HostTensor& state) { return state.dims.size() == 5 ? 1 : 0; }

}  // namespace

Result<DecodingBodies> DecodingBodies::open(const HostContext& c, const Inputs& inputs,
                                            size_t beams) {
  DecodingBodies bodies(c);
  bodies.beams_ = beams;
  TENON_TRY_ASSIGN(const HostTensor* prompt, c.tensor_input(0));
  if (prompt->dims.size() < 2 || prompt->elements() == 0) {
    return invalid("input 0: {}, expected texts of a batch", describe(c.input(0)));
  }
  bodies.batch_ = static_cast<size_t>(prompt->dims[0]);
  bodies.features_ = *prompt;
  TENON_TRY(has_body(c, encoder_body) ? bodies.read_features(inputs) : bodies.read_texts(inputs));
  return bodies;
}

// Padding is no text: it is masked, and positions leave it out.
Status DecodingBodies::read_texts(const Inputs& inputs) {
  TENON_TRY_ASSIGN(start_, rows_of(c_, 0));
  const int64_t pad = c_.integer("pad_token_id", -1);
  for (const Tokens& text : start_) {
    int64_t position = 0;
    auto& numbers = positions_.emplace_back();
    auto& seen = mask_.emplace_back();
    for (const int64_t token : text) {
      seen.push_back(token == pad ? 0 : 1);
      numbers.push_back(token == pad ? 0 : position++);
    }
    // One more, of what follows the text.
    numbers.push_back(position);
  }
  if (!c_.has(inputs.attention_mask)) return {};
  TENON_TRY_ASSIGN(mask_, rows_of(c_, inputs.attention_mask));
  return fits(mask_, "the attention mask", batch_, start_.front().size());
}

// Only padding in front of a text is masked: behind it, it may be the text's end.
Status DecodingBodies::read_features(const Inputs& inputs) {
  const int64_t first = c_.integer("decoder_start_token_id", -1);
  if (c_.has(inputs.decoder_input_ids)) {
    TENON_TRY_ASSIGN(start_, rows_of(c_, inputs.decoder_input_ids));
    TENON_TRY(fits(start_, "decoder_input_ids", batch_, start_.front().size()));
  } else if (first < 0) {
    return invalid("neither decoder_start_token_id nor decoder_input_ids is given");
  } else {
    start_.assign(batch_, {first});
  }
  if (c_.has(inputs.attention_mask)) {
    TENON_TRY_ASSIGN(mask_, rows_of(c_, inputs.attention_mask));
    return fits(mask_, "the attention mask", batch_, static_cast<size_t>(features_.dims[1]));
  }
  if (!is_integer(features_.dtype)) return {};
  TENON_TRY_ASSIGN(mask_, rows_of(c_, 0));
  const int64_t pad = c_.integer("pad_token_id", -1);
  for (Tokens& row : mask_) {
    const auto text = std::ranges::find_if(row, [&](int64_t token) { return token != pad; });
    std::fill(row.begin(), text, 0);
    std::fill(text, row.end(), 1);
  }
  return {};
}

Result<HostTensor> DecodingBodies::fed(int64_t role, DType dtype) const {
  if (role == BodyRole::features) return features_;
  if (role == BodyRole::hidden) {
    if (!hidden_.data) return invalid("the encoder makes no \"encoder_hidden_states\"");
    return hidden_;
  }
  const DType numbers = is_integer(dtype) ? dtype : DType::i32;
  return matrix_of(role == BodyRole::mask        ? mask_
                   : role == BodyRole::positions ? positions_
                                                 : tokens_,
                   numbers);
}

Result<std::vector<HostValue>> DecodingBodies::call(std::string_view body) {
  TENON_TRY(c_.poll());
  const BodyRoles roles = roles_of(c_, body);
  if (roles.states() != states_.size()) {
    return invalid("{} takes {} states, there are {}", body, roles.states(), states_.size());
  }
  std::vector<HostValue> inputs;
  size_t used = 0;
  for (size_t i = 0; i < roles.inputs.size(); ++i) {
    if (roles.inputs[i] == BodyRole::state) {
      inputs.push_back(HostValue::of(states_[used++]));
      continue;
    }
    TENON_TRY_ASSIGN(HostTensor tensor, fed(roles.inputs[i], roles.dtypes[i]));
    inputs.push_back(HostValue::of(std::move(tensor)));
  }
  auto made = c_.run_body(body, inputs);
  if (!made.ok()) return made.status().at(std::string(body));
  for (size_t k = 0; k < made->size(); ++k) {
    const HostValue& value = (*made)[k];
    if (!value.is_tensor() || value.tensor.dims.size() <= batch_axis(value.tensor)) {
      return invalid("{}: output {} is {}", body, k, describe(value));
    }
  }
  return made;
}

Result<Logits> DecodingBodies::decode(std::string_view body) {
  TENON_TRY_ASSIGN(std::vector<HostValue> made, call(body));
  if (made.size() > states_.size() + 1) {
    return invalid("{} makes {} outputs for {} states", body, made.size(), states_.size());
  }
  for (size_t k = 1; k < made.size(); ++k) {
    HostTensor& state = made[k].tensor;
    if (state.dims[batch_axis(state)] != static_cast<int64_t>(batch_ * beams_)) {
      return invalid("{} makes the state {} for {} sequences", body, describe(made[k]),
                     batch_ * beams_);
    }
    states_[k - 1] = std::move(state);
  }
  return logits_of(made.front());
}

Result<Logits> DecodingBodies::first() {
  if (has_body(c_, encoder_body)) return encode();
  const std::string_view body = has_body(c_, init_decoder_body) ? init_decoder_body : decoder_body;
  tokens_ = start_;
  std::vector<Tokens> next = positions_;
  for (Tokens& row : positions_) row.pop_back();
  for (Tokens& row : next) row = {row.back() - 1};
  expand_rows(tokens_);
  expand_rows(mask_);
  expand_rows(positions_);
  expand_rows(next);
  TENON_TRY(add_empty_states(body, roles_of(c_, body).states()));
  auto scores = decode(body);
  positions_ = std::move(next);
  return scores;
}

Result<Logits> DecodingBodies::encode() {
  tokens_ = start_;
  TENON_TRY_ASSIGN(std::vector<HostValue> made, call(encoder_body));
  const std::vector<int64_t> roles = roles_of(c_, encoder_body).outputs;
  const HostValue* scores = nullptr;
  std::vector<HostTensor> states;
  for (size_t k = 0; k < made.size(); ++k) {
    HostTensor& tensor = made[k].tensor;
    if (roles[k] == BodyRole::logits) {
      scores = &made[k];
      continue;
    }
    TENON_TRY(expand_rows(tensor, roles[k] == BodyRole::state ? batch_axis(tensor) : 0));
    if (roles[k] == BodyRole::hidden) {
      hidden_ = std::move(tensor);
    } else {
      states.push_back(std::move(tensor));
    }
  }
  expand_rows(tokens_);
  expand_rows(mask_);
  if (scores != nullptr) {
    states_ = std::move(states);
    return logits_of(*scores);
  }
  // An encoder that does not run the decoder: that begins with empty states of its own.
  const size_t wanted = roles_of(c_, decoder_body).states();
  if (wanted < states.size()) {
    return invalid("the encoder makes {} states, the decoder takes {}", states.size(), wanted);
  }
  TENON_TRY(add_empty_states(decoder_body, wanted - states.size()));
  states_.insert(states_.end(), states.begin(), states.end());
  return decode(decoder_body);
}

Result<Logits> DecodingBodies::next(const std::vector<Tokens>& sequences,
                                    std::span<const int64_t> parents) {
  bool moved = false;
  for (size_t row = 0; row < parents.size(); ++row) {
    moved = moved || parents[row] != static_cast<int64_t>(row);
  }
  // States that do not change are the same for all beams of an item.
  const size_t changing = roles_of(c_, decoder_body).outputs.size() - 1;
  for (size_t k = 0; moved && k < std::min(changing, states_.size()); ++k) {
    TENON_TRY_ASSIGN(states_[k], picked(states_[k], batch_axis(states_[k]), parents));
  }
  tokens_ = sequences;
  if (!reads_sequences(c_)) {
    for (Tokens& row : tokens_) row = {row.back()};
  }
  if (!has_body(c_, encoder_body)) {
    for (Tokens& row : mask_) row.push_back(1);
    for (Tokens& row : positions_) ++row.front();
  }
  return decode(decoder_body);
}

// States of the length 0.
Status DecodingBodies::add_empty_states(std::string_view body, size_t count) {
  const BodyRoles roles = roles_of(c_, body);
  for (size_t i = 0; i < roles.inputs.size() && states_.size() < count; ++i) {
    if (roles.inputs[i] != BodyRole::state) continue;
    std::vector<int64_t> dims = state_dims(c_, body, i);
    if (dims.size() != 4 && dims.size() != 5) {
      return invalid("{}: input {} has rank {}, expected a state of rank 4 or 5", body, i,
                     dims.size());
    }
    dims[dims.size() == 5 ? 1 : 0] = static_cast<int64_t>(batch_ * beams_);
    dims[dims.size() - 2] = 0;
    if (std::ranges::find(dims, -1) != dims.end()) {
      return invalid("{}: input {} must tell the number of its heads and their size", body, i);
    }
    TENON_TRY_ASSIGN(HostTensor empty, make_tensor(roles.dtypes[i], std::move(dims)));
    states_.push_back(std::move(empty));
  }
  return {};
}

void DecodingBodies::expand_rows(std::vector<Tokens>& rows) const {
  std::vector<Tokens> expanded;
  for (const Tokens& row : rows) expanded.insert(expanded.end(), beams_, row);
  rows = std::move(expanded);
}

Status DecodingBodies::expand_rows(HostTensor& tensor, size_t axis) const {
  if (tensor.dims[axis] != static_cast<int64_t>(batch_)) {
    return invalid("the encoder makes {} for a batch of {}", describe(HostValue::of(tensor)),
                   batch_);
  }
  std::vector<int64_t> rows;
  for (size_t item = 0; item < batch_; ++item) {
    rows.insert(rows.end(), beams_, static_cast<int64_t>(item));
  }
  TENON_TRY_ASSIGN(tensor, picked(tensor, axis, rows));
  return {};
}

Result<Logits> DecodingBodies::logits_of(const HostValue& value) const {
  const HostTensor& tensor = value.tensor;
  const size_t rows = batch_ * beams_;
  const bool fits = is_float(tensor.dtype) && tensor.dims.size() == 3 && tensor.dims[1] > 0 &&
                    (tensor.dims[0] == static_cast<int64_t>(rows) ||
                     tensor.dims[0] == static_cast<int64_t>(batch_));
  if (!fits) {
    return invalid("logits are {}, expected [{}, length, vocabulary]", describe(value), rows);
  }
  const int64_t width = tensor.dims[2], given = c_.integer("vocab_size", -1);
  const int64_t vocabulary = given > 0 ? std::min(given, width) : width;
  if (vocabulary < 2) return invalid("a vocabulary of {} tokens", vocabulary);
  const size_t each = rows / static_cast<size_t>(tensor.dims[0]);
  Logits logits{rows, static_cast<size_t>(vocabulary), {}};
  logits.scores.reserve(rows * logits.vocabulary);
  for (size_t row = 0; row < rows; ++row) {
    const auto from = static_cast<int64_t>(row / each);
    const int64_t last = ((from + 1) * tensor.dims[1] - 1) * width;
    for (int64_t token = 0; token < vocabulary; ++token) {
      const double score = load_float(tensor.data.get(), tensor.dtype, last + token);
      logits.scores.push_back(static_cast<float>(score));
    }
  }
  return logits;
}

}  // namespace tenon::ops
