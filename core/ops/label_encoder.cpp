// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/constants.h"
#include "core/ops/framework/mapping.h"
#include "core/ops/op.h"

#include <cstring>
#include <numeric>
#include <string>
#include <string_view>

namespace tenon::ops {
namespace {

// One side of the table: a list of one kind, or a tensor.
struct Side {
  DType dtype = DType::none;
  std::vector<int64_t> integers;
  std::vector<double> reals;
  std::vector<std::string> texts;
  size_t count() const {
    if (dtype == DType::string) return texts.size();
    return is_float(dtype) ? reals.size() : integers.size();
  }
};
struct Table {
  Side keys;
  Side values;
};

// The texts of a tensor.
std::vector<std::string> tensor_texts(const NodeContext& c, const Constant& tensor) {
  std::vector<std::string> texts;
  for (int64_t i = 0; i < tensor.elements(); ++i) {
    int32_t number = 0;
    std::memcpy(&number, tensor.bytes.data() + static_cast<size_t>(i) * sizeof number,
                sizeof number);
    texts.emplace_back(c.graph().strings->text(number));
  }
  return texts;
}

Result<Side> side_of(const NodeContext& c, std::string_view side) {
  const auto name = [&](std::string_view kind) { return fmt::format("{}_{}", side, kind); };
  Side made;
  if (const Constant* tensor = c.tensor(name("tensor"))) {
    made.dtype = tensor->dtype;
    if (made.dtype == DType::string) {
      made.texts = tensor_texts(c, *tensor);
    } else if (is_float(made.dtype)) {
      TENON_TRY_ASSIGN(made.reals, reals_of(c, name("tensor")));
    } else {
      TENON_TRY_ASSIGN(made.integers, integers_of(c, name("tensor")));
    }
  } else if (c.has_attribute(name("int64s"))) {
    made = {
        .dtype = DType::i64, .integers = c.integers(name("int64s"), {}), .reals = {}, .texts = {}};
  } else if (c.has_attribute(name("floats"))) {
    made = {.dtype = DType::f32, .integers = {}, .reals = c.reals(name("floats"), {}), .texts = {}};
  } else if (c.has_attribute(name("strings"))) {
    made = {.dtype = DType::string, .integers = {}, .reals = {}, .texts = c.texts(name("strings"))};
  } else {
    return invalid("none of {}_tensor, _int64s, _floats and _strings is given", side);
  }
  return made;
}

// The first version has one list of texts, whose places are the numbers.
Result<Table> table_of(const NodeContext& c) {
  Table table;
  if (c.has_attribute("classes_strings")) {
    Side texts{
        .dtype = DType::string, .integers = {}, .reals = {}, .texts = c.texts("classes_strings")};
    Side places{.dtype = DType::i64,
                .integers = std::vector<int64_t>(texts.count()),
                .reals = {},
                .texts = {}};
    std::iota(places.integers.begin(), places.integers.end(), int64_t{0});
    const bool to_number = c.dtype(0) == DType::string;
    table.keys = to_number ? texts : places;
    table.values = to_number ? places : texts;
    return table;
  }
  TENON_TRY_ASSIGN(table.keys, side_of(c, "keys"));
  TENON_TRY_ASSIGN(table.values, side_of(c, "values"));
  return table;
}

// The value of what is not among the keys, added behind the values.
Status add_default(const NodeContext& c, Side& values) {
  const Constant* tensor = c.tensor("default_tensor");
  if (tensor != nullptr && tensor->elements() != 1) {
    return invalid("default_tensor has {} elements, expected 1", tensor->elements());
  }
  if (tensor != nullptr && (tensor->dtype == DType::string) != (values.dtype == DType::string)) {
    return invalid("default_tensor of type {} for values of type {}", name_of(tensor->dtype),
                   name_of(values.dtype));
  }
  if (values.dtype == DType::string) {
    values.texts.push_back(tensor != nullptr ? tensor_texts(c, *tensor).front()
                                             : c.text("default_string", "_Unused"));
    return {};
  }
  if (is_float(values.dtype)) {
    TENON_TRY_ASSIGN(const std::vector<double> given, reals_of(c, "default_tensor"));
    values.reals.push_back(given.empty() ? c.real("default_float", -0.0) : given.front());
    return {};
  }
  TENON_TRY_ASSIGN(const std::vector<int64_t> given, integers_of(c, "default_tensor"));
  values.integers.push_back(given.empty() ? c.integer("default_int64", -1) : given.front());
  return {};
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Table table, table_of(c));
  if (table.keys.count() != table.values.count()) {
    return invalid("{} keys and {} values", table.keys.count(), table.values.count());
  }
  if (table.keys.dtype != c.dtype(0)) {
    return invalid("keys of type {} for elements of type {}", name_of(table.keys.dtype),
                   name_of(c.dtype(0)));
  }
  c.output(0, table.values.dtype, c.dims(0));
  return {};
}

ValueId places(ExpandContext& c, const Side& keys) {
  if (keys.dtype == DType::string) return place_of(c, c.input(0), keys.texts);
  if (is_float(keys.dtype)) return place_of(c, c.input(0), keys.reals);
  return place_of(c, c.input(0), keys.integers);
}

ValueId value_list(ExpandContext& c, const Side& values) {
  if (values.dtype == DType::string) return c.strings(values.texts);
  if (is_float(values.dtype)) return vector_constant(c, values.dtype, values.reals);
  return vector_constant(c, values.dtype, values.integers);
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(Table table, table_of(c));
  TENON_TRY(add_default(c, table.values));
  c.output(0, c.add("Gather", {value_list(c, table.values), places(c, table.keys)}));
  return {};
}

}  // namespace

Op label_encoder() {
  using Integers = std::vector<int64_t>;
  using Reals = std::vector<double>;
  return {
      .name = "LabelEncoder",
      .domain = "ai.onnx.ml",
      .doc = "Each element replaced by the value of its key, or by a default.",
      .inputs = {{"x"}},
      .outputs = {{"y"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 4}, .dtype = DType::i64}},
                   .attributes = {{"keys_int64s", Integers{1, -2, 0}},
                                  {"values_floats", Reals{0.5, 2, -1}},
                                  {"default_float", 9.0}}},
                  {.inputs = {{.dims = {4}, .values = {0.5, 2, -1, 3}}},
                   .attributes = {{"keys_floats", Reals{2, 0.5}},
                                  {"values_int64s", Integers{7, 8}}}}},
  };
}

}  // namespace tenon::ops
