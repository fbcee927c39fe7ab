// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/maps.h"
#include "core/ops/framework/texts.h"
#include "core/ops/op.h"

#include "tenon/strip_vm.h"

#include <algorithm>

namespace tenon::ops {
namespace {

Result<DType> target_of(const AttributeContext& c) {
  const std::string to = c.text("cast_to", "TO_FLOAT");
  if (to == "TO_FLOAT") return DType::f32;
  if (to == "TO_INT64") return DType::i64;
  if (to == "TO_STRING") return DType::string;
  return invalid("attribute cast_to is \"{}\", expected TO_FLOAT, TO_INT64 or TO_STRING", to);
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const DType to, target_of(c));
  const std::string form = c.text("map_form", "DENSE");
  if (form != "DENSE" && form != "SPARSE") {
    return invalid("attribute map_form is \"{}\", expected DENSE or SPARSE", form);
  }
  constexpr int64_t most = int64_t{1} << 28;
  const int64_t columns = c.integer("max_map", 1);
  if (form == "SPARSE" && (columns < 1 || columns > most)) {
    return invalid("attribute max_map is {}, expected 1 to {}", columns, most);
  }
  if (!c.wants(0)) return {};
  c.output(0, to, {c.number(1), form == "DENSE" ? c.open_extent(0, 1) : c.number(columns)});
  return {};
}

// Value `from` of the map as element `to` of the result.
Status cast_one(const HostContext& c, const HostTensor& values, size_t from, HostTensor& made,
                int64_t to) {
  const auto at = static_cast<int64_t>(from);
  const bool text = values.dtype == DType::string;
  const std::string_view word =
      text ? c.strings().text(reinterpret_cast<const int32_t*>(values.data.get())[from]) : "";
  if (made.dtype == DType::string) {
    const auto number =
        static_cast<float>(text ? 0 : load_float(values.data.get(), values.dtype, at));
    const std::string written = text ? std::string(word) : text_of(number);
    reinterpret_cast<int32_t*>(made.data.get())[to] = c.strings().add(written);
  } else if (made.dtype == DType::i64) {
    int64_t number = 0;
    if (text) {
      TENON_TRY_ASSIGN(number, integer_of(word));
    } else {
      number = load_integer(values.data.get(), values.dtype, at);
    }
    store_integer(made.data.get(), made.dtype, to, number);
  } else {
    double number = 0;
    if (text) {
      TENON_TRY_ASSIGN(number, real_of(word));
    } else {
      number = load_float(values.data.get(), values.dtype, at);
    }
    store_float(made.data.get(), made.dtype, to, number);
  }
  return {};
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const DType to, target_of(c));
  TENON_TRY_ASSIGN(const MapView map, map_input(c, 0));
  if (map.keys.dtype == DType::string) return invalid("keys are texts, expected integers");
  const bool dense = c.text("map_form", "DENSE") == "DENSE";
  const int64_t columns = dense ? static_cast<int64_t>(map.places.size()) : c.integer("max_map", 1);
  TENON_TRY_ASSIGN(HostTensor made, make_tensor(to, {1, columns}));
  std::fill_n(made.data.get(), made.bytes, std::byte{0});
  int64_t next = 0;
  for (const auto& [key, from] : map.places) {
    const int64_t place = dense ? next++ : key;
    if (place < 0) return invalid("key {} of a map with gaps, expected at least 0", key);
    if (place >= columns) break;
    TENON_TRY(cast_one(c, map.values, from, made, place));
  }
  c.output(0, std::move(made));
  return {};
}

}  // namespace

Op cast_map() {
  return {
      .name = "CastMap",
      .domain = "ai.onnx.ml",
      .doc =
          "A row of a map's values as another type, by rising key: side by side, or each at the "
          "column that is its key.",
      .inputs = {{"x"}},
      .outputs = {{"y", "f32|i64|string"}},
      .attributes = {{"cast_to", "TO_FLOAT"}, {"map_form", "DENSE"}, {"max_map", 1}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
