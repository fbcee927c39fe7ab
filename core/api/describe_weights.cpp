// SPDX-License-Identifier: Apache-2.0
#include "core/api/describe_weights.h"

#include "core/api/model.h"

namespace tenon {
namespace {

// Where a Hugging Face model keeps its tokenizer, the most complete first.
constexpr std::string_view tokenizer_files[] = {"tokenizer.json", "tokenizer.model",
                                                "spiece.model",   "sentencepiece.bpe.model",
                                                "vocab.json",     "vocab.txt"};

std::string_view type_of(const StoredTensor& tensor) {
  return tensor.format.empty() ? name_of(tensor.dtype) : std::string_view(tensor.format);
}

int64_t elements_of(const StoredTensor& tensor) {
  int64_t elements = 1;
  for (const int64_t dim : tensor.dims) elements *= dim;
  return elements;
}

const Json* member(const Json* json, std::string_view name) {
  return json == nullptr ? nullptr : json->find(name);
}

const Json* document(const WeightFile& file, std::string_view name) {
  const auto found = file.documents.find(name);
  return found == file.documents.end() ? nullptr : &found->second;
}

// "llama in header.gguf", "tokenizer.json" or "".
std::string tokenizer_of(const Model& model) {
  const Json* gguf = document(*model.weight_file(), "gguf");
  if (const Json* in_file = member(member(gguf, "tokenizer"), "ggml")) {
    return fmt::format("{} in the file", in_file->text("model", "of no name"));
  }
  for (const std::string_view name : tokenizer_files) {
    if (model.has_companion(name)) return std::string(name);
  }
  return {};
}

std::string chat_template_of(const Model& model) {
  const Json* tokenizer = member(document(*model.weight_file(), "gguf"), "tokenizer");
  if (member(tokenizer, "chat_template") != nullptr) return "in the file";
  return model.has_companion("chat_template.jinja") ? "chat_template.jinja" : "";
}

}  // namespace

std::string_view architecture_of(const WeightFile& file) {
  if (const Json* general = member(document(file, "gguf"), "general")) {
    return general->text("architecture");
  }
  const Json* hf = document(file, "hf");
  return hf == nullptr ? std::string_view() : hf->text("model_type");
}

Json parameters_json(const WeightFile& file) {
  struct Sum {
    int64_t tensors = 0, elements = 0;
    uint64_t bytes = 0;
  };
  std::map<std::string_view, Sum> sums;
  for (const auto& [name, tensor] : file.tensors) {
    Sum& sum = sums[type_of(tensor)];
    ++sum.tensors;
    sum.elements += elements_of(tensor);
    sum.bytes += tensor.bytes.size();
  }
  Json table = Json::object();
  for (const auto& [type, sum] : sums) {
    table.set(
        type,
        Json::object({{"tensors", sum.tensors}, {"elements", sum.elements}, {"bytes", sum.bytes}}));
  }
  return table;
}

Json tensors_json(const WeightFile& file) {
  Json list = Json::array();
  for (const auto& [name, tensor] : file.tensors) {
    Json dims = Json::array();
    for (const int64_t dim : tensor.dims) dims.push(dim);
    Json row = Json::object({{"name", name}, {"dtype", type_of(tensor)}});
    list.push(row.set("dims", dims).set("bytes", uint64_t{tensor.bytes.size()}));
  }
  return list;
}

Json weights_json(const Model& model) {
  const WeightFile& file = *model.weight_file();
  Json documents = Json::object();
  for (const auto& [name, json] : file.documents) documents.set(name, json);
  return Json::object({{"architecture", architecture_of(file)},
                       {"tokenizer", tokenizer_of(model)},
                       {"chat_template", chat_template_of(model)},
                       {"tensors", uint64_t{file.tensors.size()}},
                       {"documents", std::move(documents)}});
}

}  // namespace tenon
