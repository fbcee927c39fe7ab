// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/classes.h"
#include "core/ops/op.h"

#include <cstring>

namespace tenon::ops {
namespace {

// Columns: one for each label, of which there must be some.
Result<Labels> keys_of(const AttributeContext& c) {
  TENON_TRY_ASSIGN(const Labels labels, labels_of(c, "classlabels_int64s", "classlabels_strings"));
  if (labels.count() == 0) return invalid("no labels of classes");
  return labels;
}

Result<HostTensor> key_tensor(const HostContext& c, const Labels& labels) {
  const auto count = static_cast<int64_t>(labels.count());
  if (!labels.words.empty()) return c.text_tensor({count}, labels.words);
  TENON_TRY_ASSIGN(HostTensor keys, make_tensor(DType::i64, {count}));
  std::memcpy(keys.data.get(), labels.numbers.data(), keys.bytes);
  return keys;
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const Labels labels, keys_of(c));
  TENON_TRY_ASSIGN(const HostTensor* x, c.tensor_input(0));
  const size_t rank = x->dims.size();
  const auto columns = static_cast<int64_t>(labels.count());
  if (x->dtype != DType::f32 || (rank != 1 && rank != 2) || x->dims.back() != columns) {
    return invalid("{}, expected rows of {} f32", describe(c.input(0)), columns);
  }
  TENON_TRY_ASSIGN(const HostTensor keys, key_tensor(c, labels));
  std::vector<HostValue> maps;
  const int64_t rows = rank == 2 ? x->dims[0] : 1;
  for (int64_t row = 0; row < rows; ++row) {
    TENON_TRY_ASSIGN(HostTensor values, make_tensor(DType::f32, {columns}));
    std::memcpy(values.data.get(), x->data.get() + static_cast<uint64_t>(row) * values.bytes,
                values.bytes);
    maps.push_back(
        {Wrap::map, {}, {HostValue::of(keys), HostValue::of(std::move(values))}, DType::f32});
  }
  c.output(0, HostValue::sequence(std::move(maps), DType::f32));
  return {};
}

}  // namespace

Op zip_map() {
  return {
      .name = "ZipMap",
      .domain = "ai.onnx.ml",
      .doc = "For each row a map from the labels to the numbers of the row.",
      .inputs = {{"x", "f32"}},
      .outputs = {{"z"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY(keys_of(c).status());
        c.output_within(0, {Wrap::sequence, Wrap::map}, DType::f32, std::nullopt);
        return {};
      },
      .host = run,
  };
}

}  // namespace tenon::ops
