// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/maps.h"
#include "core/ops/op.h"

#include <cstring>

namespace tenon::ops {
namespace {

Result<int64_t> vocabulary_size(const AttributeContext& c) {
  const size_t words = c.texts("string_vocabulary").size();
  const size_t numbers = c.integers("int64_vocabulary", {}).size();
  if ((words == 0) == (numbers == 0)) {
    return invalid("one of string_vocabulary and int64_vocabulary is expected");
  }
  return static_cast<int64_t>(words + numbers);
}

// The vocabulary as keys of maps have it: numbers, or numbers of texts.
std::vector<int64_t> vocabulary(const HostContext& c) {
  std::vector<int64_t> keys = c.integers("int64_vocabulary", {});
  for (const std::string& word : c.texts("string_vocabulary")) {
    keys.push_back(c.strings().add(word));
  }
  return keys;
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const MapView map, map_input(c, 0));
  const bool words = c.has_attribute("string_vocabulary");
  if (words != (map.keys.dtype == DType::string)) {
    return invalid("keys of type {} for a vocabulary of {}", name_of(map.keys.dtype),
                   words ? "texts" : "integers");
  }
  const std::vector<int64_t> keys = vocabulary(c);
  TENON_TRY_ASSIGN(HostTensor made,
                   make_tensor(map.values.dtype, {1, static_cast<int64_t>(keys.size())}));
  const size_t width = element_bytes(map.values.dtype);
  std::memset(made.data.get(), 0, made.bytes);
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto entry = map.places.find(keys[i]);
    if (entry == map.places.end()) continue;
    std::memcpy(made.data.get() + i * width, map.values.data.get() + entry->second * width, width);
  }
  c.output(0, std::move(made));
  return {};
}

}  // namespace

Op dict_vectorizer() {
  return {
      .name = "DictVectorizer",
      .domain = "ai.onnx.ml",
      .doc = "A row of a map's values in the order of a vocabulary; zero for what has no entry.",
      .inputs = {{"x"}},
      .outputs = {{"y"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const int64_t size, vocabulary_size(c));
        const DType dtype = c.dtype(0);
        if (dtype == DType::none) {
          c.output_of_any_rank(0, dtype);
        } else {
          c.output(0, dtype, {c.number(1), c.number(size)});
        }
        return {};
      },
      .host = run,
  };
}

}  // namespace tenon::ops
