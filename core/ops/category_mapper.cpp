// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/constants.h"
#include "core/ops/framework/mapping.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const size_t numbers = c.integers("cats_int64s", {}).size();
  const size_t words = c.texts("cats_strings").size();
  if (numbers != words) {
    return invalid("cats_int64s and cats_strings have {} and {} entries", numbers, words);
  }
  c.output(0, c.dtype(0) == DType::string ? DType::i64 : DType::string, c.dims(0));
  return {};
}

Status expand(ExpandContext& c) {
  std::vector<int64_t> numbers = c.integers("cats_int64s", {});
  std::vector<std::string> words = c.texts("cats_strings");
  if (c.dtype(0) == DType::string) {
    const ValueId place = place_of(c, c.input(0), words);
    numbers.push_back(c.integer("default_int64", -1));
    c.output(0, c.add("Gather", {c.integers(std::move(numbers)), place}));
    return {};
  }
  const ValueId place = place_of(c, c.input(0), numbers);
  words.push_back(c.text("default_string", "_Unused"));
  c.output(0, c.add("Gather", {c.strings(words), place}));
  return {};
}

}  // namespace

Op category_mapper() {
  return {
      .name = "CategoryMapper",
      .domain = "ai.onnx.ml",
      .doc = "Texts replaced by their numbers or numbers by their texts, by one table.",
      .inputs = {{"x", "i64|string"}},
      .outputs = {{"y", "i64|string"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 2}, .dtype = DType::string, .low = 0, .high = 1}},
                   .attributes = {{"cats_int64s", std::vector<int64_t>{7, 3}},
                                  {"cats_strings", std::vector<std::string>{"", "b"}}}}},
  };
}

}  // namespace tenon::ops
