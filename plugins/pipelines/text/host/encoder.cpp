// SPDX-License-Identifier: Apache-2.0
#include "host/encoder.h"

#include "host/pool.h"
#include "tenon/dtype.h"
#include "tenon/strip_vm.h"

#include <algorithm>

namespace tenon::text {

namespace {

// Integers in the form that an input wants.
std::vector<std::byte> elements_of(std::span<const int32_t> numbers, uint32_t dtype) {
  const size_t width = dtype == TENON_I64 ? sizeof(int64_t) : sizeof(int32_t);
  std::vector<std::byte> bytes(numbers.size() * width);
  for (size_t i = 0; i < numbers.size(); ++i) {
    const int64_t wide = numbers[i];
    const void* from = dtype == TENON_I64 ? static_cast<const void*>(&wide) : &numbers[i];
    std::copy_n(static_cast<const std::byte*>(from), width, bytes.data() + i * width);
  }
  return bytes;
}

EncoderOutput output_of(const tenon_host_tensor& tensor) {
  EncoderOutput output;
  output.name = std::string(to_view(tensor.name));
  const auto dtype = static_cast<DType>(tensor.dtype);
  if (!is_float(dtype) || tensor.data == nullptr || element_bytes(dtype) == 0) return output;
  output.dims.assign(tensor.dims, tensor.dims + tensor.rank);
  output.values.resize(tensor.bytes / element_bytes(dtype));
  for (size_t i = 0; i < output.values.size(); ++i) {
    output.values[i] = static_cast<float>(load_float(tensor.data, dtype, static_cast<int64_t>(i)));
  }
  return output;
}

int64_t context_of(const Json& facts, const Json& sentences, const Json& config) {
  const int64_t own = facts.integer("context", config.integer("max_position_embeddings", 0));
  const int64_t wished = sentences.integer("max_seq_length", 0);
  if (wished <= 0) return own;
  return own <= 0 ? wished : std::min(own, wished);
}

}  // namespace

Result<Encoder> Encoder::open(const Host& host, const HostFiles& files) {
  if (host.models == nullptr || host.model == nullptr) {
    return unsupported("this host runs no models for pipelines");
  }
  Encoder encoder(host);
  if (auto facts = facts_of(host); facts.ok()) encoder.facts_ = std::move(*facts);
  TENON_TRY(encoder.read_inputs());
  TENON_TRY_ASSIGN(const Json sentences, files.json("sentence_bert_config.json"));
  TENON_TRY_ASSIGN(const Json config, files.json("config.json"));
  encoder.context_ = context_of(encoder.facts_, sentences, config);
  return encoder;
}

Status Encoder::read_inputs() {
  const tenon_tensor_sink sink{&inputs_, [](void* context, const tenon_host_tensor* tensor) {
                                 static_cast<std::vector<Input>*>(context)->push_back(
                                     {std::string(to_view(tensor->name)), tensor->dtype});
                                 return tenon_status{TENON_OK};
                               }};
  const tenon_status code = host_->models->inputs(host_->model, &sink);
  TENON_TRY(host_failed(code));
  if (facts_.find("recipe") != nullptr) {
    inputs_.push_back({"token_type_ids", TENON_I64});
    return {};
  }
  for (const Input& input : inputs_) {
    constexpr std::string_view known[] = {"input_ids", "attention_mask", "token_type_ids",
                                          "position_ids"};
    if (std::ranges::find(known, input.name) == std::end(known)) {
      return unsupported(
          "the model wants \"{}\", expected input_ids, attention_mask, "
          "token_type_ids, position_ids",
          input.name);
    }
    if (input.dtype != TENON_I64 && input.dtype != TENON_I32) {
      return unsupported("input \"{}\": {}, expected integers", input.name,
                         name_of(static_cast<DType>(input.dtype)));
    }
  }
  return {};
}

Result<std::vector<EncoderOutput>> Encoder::run(const Encoding& text,
                                                const tenon_cancel* cancel) const {
  const size_t count = text.ids.size();
  if (count == 0) return invalid("the text has no tokens");
  if (context_ > 0 && count > static_cast<size_t>(context_)) {
    return invalid("the text has {} tokens, the model reads {} at most", count, context_);
  }
  const std::vector<int32_t> ones(count, 1);
  std::vector<int32_t> places(count);
  for (size_t i = 0; i < count; ++i) places[i] = static_cast<int32_t>(i);
  std::vector<int32_t> types = text.types;
  types.resize(count);
  const std::array<int64_t, 2> dims = {1, static_cast<int64_t>(count)};
  std::vector<std::vector<std::byte>> data;
  std::vector<tenon_host_tensor> tensors;
  for (const auto& [name, dtype] : inputs_) {
    const std::vector<int32_t>& numbers = name == "attention_mask"   ? ones
                                          : name == "token_type_ids" ? types
                                          : name == "position_ids"   ? places
                                                                     : text.ids;
    data.push_back(elements_of(numbers, dtype));
    tensors.push_back(host_tensor(dtype, name, dims, data.back().data(), data.back().size()));
  }
  std::vector<EncoderOutput> outputs;
  const tenon_tensor_sink sink{
      &outputs, [](void* context, const tenon_host_tensor* tensor) {
        static_cast<std::vector<EncoderOutput>*>(context)->push_back(output_of(*tensor));
        return tenon_status{TENON_OK};
      }};
  const tenon_status code =
      host_->models->run(host_->model, tensors.data(), tensors.size(), &sink, cancel);
  TENON_TRY(host_failed(code));
  return outputs;
}

}  // namespace tenon::text
