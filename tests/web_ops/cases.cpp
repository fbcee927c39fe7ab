// SPDX-License-Identifier: Apache-2.0
#include "tests/web_ops/cases.h"

#include "apps/tenon/files/tensor_proto.h"
#include "plugins/loaders/onnx/proto_text.h"
#include "tenon/dtype.h"
#include "tenon/strip_vm.h"

#include <fmt/format.h>

namespace tenon::web_ops {
namespace {

namespace proto = onnx::proto;

// The operator set that cases without one are written for.
constexpr int64_t usual_opset = 17;

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<DType> element_type(std::string_view name) {
  if (name == "int4") return DType::i4;
  if (name == "uint4") return DType::u4;
  return dtype_named(name);
}

Result<Tensor> tensor_of(const Json& given, std::string name) {
  const std::optional<DType> dtype = element_type(given.text("type"));
  if (!dtype) return invalid("tensor of type \"{}\"", given.text("type"));
  Tensor tensor{
      .name = std::move(name), .dtype = static_cast<uint32_t>(*dtype), .dims = {}, .data = {}};
  for (const Json& dim : given.array("dims")) tensor.dims.push_back(dim.integer().value_or(0));
  const Json::Array& elements = given.array("data");
  tensor.data.resize(elements.size() * element_bytes(*dtype));
  for (size_t i = 0; i < elements.size(); ++i) {
    const auto place = static_cast<int64_t>(i);
    const Json& element = elements[i];
    if (is_float(*dtype)) {
      store_float(tensor.data.data(), *dtype, place, element.number().value_or(0));
    } else if (element.is_bool()) {
      store_integer(tensor.data.data(), *dtype, place, element.boolean().value_or(false) ? 1 : 0);
    } else {
      store_integer(tensor.data.data(), *dtype, place, element.integer().value_or(0));
    }
  }
  return tensor;
}

Result<std::string> attribute_of(const Json& given) {
  const std::string_view name = given.text("name");
  const std::string_view type = given.text("type");
  if (type == "int") return proto::a_int(name, given.integer("data", 0));
  if (type == "float") return proto::a_float(name, static_cast<float>(given.number("data", 0)));
  if (type == "string") return proto::a_string(name, given.text("data"));
  if (type == "ints") {
    std::vector<int64_t> values;
    for (const Json& value : given.array("data")) values.push_back(value.integer().value_or(0));
    return proto::a_ints(name, values);
  }
  if (type == "floats") {
    std::vector<float> values;
    for (const Json& value : given.array("data")) {
      values.push_back(static_cast<float>(value.number().value_or(0)));
    }
    return proto::a_floats(name, values);
  }
  return unsupported("attribute of type \"{}\"", type);
}

// A graph's input or output: fixed dims, or the names that the test gives them.
std::string value_info(uint32_t field, const Tensor& tensor, const Json* names) {
  std::string dims;
  for (size_t i = 0; i < tensor.dims.size(); ++i) {
    const Json* name =
        names != nullptr && i < names->array_items().size() ? &names->array_items()[i] : nullptr;
    if (name != nullptr && name->is_text()) {
      dims += proto::bytes(1, proto::bytes(2, *name->text()));
    } else {
      dims += proto::bytes(1, proto::number(1, static_cast<uint64_t>(tensor.dims[i])));
    }
  }
  const std::string type = proto::number(1, tensor.dtype) + proto::bytes(2, dims);
  return proto::bytes(field, proto::bytes(1, tensor.name) + proto::bytes(2, proto::bytes(1, type)));
}

// "rankOnly": every dim of every input is a name of its own.
Json names_of(const Json& test, size_t input, const Tensor& tensor) {
  const Json* given = test.find("inputShapeDefinitions");
  if (given == nullptr) return nullptr;
  if (given->is_array()) {
    const Json::Array& all = given->array_items();
    return input < all.size() ? all[input] : Json();
  }
  Json names = Json::array();
  for (size_t i = 0; i < tensor.dims.size(); ++i) names.push(fmt::format("d{}_{}", input, i));
  return names;
}

std::string opsets_of(const Json& test) {
  const Json* opset = test.find("opset");
  const std::string_view domain = opset == nullptr ? "" : opset->text("domain");
  const int64_t version = opset == nullptr ? usual_opset : opset->integer("version", usual_opset);
  if (domain.empty()) return proto::opset("", version);
  return proto::opset("", usual_opset) + proto::opset(domain, version);
}

}  // namespace

std::string without_comments(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("//")) {
      i += std::min(rest.find('\n'), rest.size());
    } else if (rest.starts_with("/*")) {
      const size_t end = rest.find("*/", 2);
      i += end == std::string_view::npos ? rest.size() : end + 2;
    } else if (rest.front() == '"') {
      size_t end = 1;
      while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
      const size_t length = std::min(end + 1, rest.size());
      result += rest.substr(0, length);
      i += length;
    } else {
      result += rest.front();
      ++i;
    }
  }
  return result;
}

Result<CaseFiles> files_of(const Json& test, const Json& one) {
  CaseFiles files;
  std::vector<std::string> names;
  std::string values;
  const auto add = [&](const Json& given, bool is_input, size_t place) -> Status {
    names.push_back(given.find("data") == nullptr || given.find("data")->is_null()
                        ? ""
                        : fmt::format("{}{}", is_input ? "x" : "y", place));
    if (names.back().empty()) return {};
    TENON_TRY_ASSIGN(const Tensor tensor, tensor_of(given, names.back()));
    const Json dims = is_input ? names_of(test, place, tensor) : Json();
    values += value_info(is_input ? 11 : 12, tensor, is_input ? &dims : nullptr);
    TENON_TRY_ASSIGN(const auto bytes, files::tensor_proto(tensor));
    (is_input ? files.inputs : files.outputs).push_back(text_of(bytes));
    return {};
  };
  const size_t inputs = one.array("inputs").size();
  for (size_t i = 0; i < inputs; ++i) TENON_TRY(add(one.array("inputs")[i], true, i));
  for (size_t i = 0; i < one.array("outputs").size(); ++i) {
    TENON_TRY(add(one.array("outputs")[i], false, i));
  }
  std::string more;
  for (const Json& attribute : test.array("attributes")) {
    TENON_TRY_ASSIGN(const std::string bytes, attribute_of(attribute));
    more += bytes;
  }
  const Json* opset = test.find("opset");
  if (opset != nullptr) more += proto::bytes(7, opset->text("domain"));
  const std::vector<std::string_view> all(names.begin(), names.end());
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(inputs);
  const std::string node =
      proto::node(test.text("operator"), {all.begin(), middle}, {middle, all.end()}, more);
  files.model = proto::number(1, 8) + proto::bytes(7, node + proto::bytes(2, "case") + values) +
                opsets_of(test);
  return files;
}

}  // namespace tenon::web_ops
