// SPDX-License-Identifier: Apache-2.0
#include "tests/formats/vectors.h"

#include "core/base/platform_file.h"

#include "tenon/strip_vm.h"

#include <cmath>
#include <limits>

namespace tenon::formats {
namespace {

constexpr uint64_t most_bytes = uint64_t{1} << 26;

// Numbers of nested arrays in order, and their sizes.
void flatten(const Json& at, std::vector<double>& numbers, std::vector<int64_t>* dims) {
  if (!at.is_array()) {
    numbers.push_back(at.number().value_or(std::numeric_limits<double>::quiet_NaN()));
    return;
  }
  if (dims != nullptr) dims->push_back(static_cast<int64_t>(at.array_items().size()));
  for (size_t i = 0; i < at.array_items().size(); ++i) {
    flatten(at.array_items()[i], numbers, i == 0 ? dims : nullptr);
  }
}

StoredTensor tensor_of(const Json& json, DType dtype, std::vector<int64_t> given = {}) {
  std::vector<double> numbers;
  std::vector<int64_t> dims;
  flatten(json, numbers, &dims);
  if (dims.empty()) dims = {1};
  std::string bytes(numbers.size() * element_bytes(dtype), '\0');
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    if (is_float(dtype)) {
      store_float(bytes.data(), dtype, at, numbers[i]);
    } else {
      store_integer(bytes.data(), dtype, at, static_cast<int64_t>(numbers[i]));
    }
  }
  return stored_tensor(dtype, given.empty() ? dims : std::move(given), std::move(bytes));
}

// Bytes as they are stored, whatever they mean.
StoredTensor bytes_of(const Json& json, DType dtype) {
  StoredTensor tensor = tensor_of(json, DType::u8);
  tensor.dtype = dtype;
  return tensor;
}

StoredTensor text_of(const Json& json) {
  std::string text = json.dump();
  const auto size = static_cast<int64_t>(text.size());
  return stored_tensor(DType::u8, {size}, std::move(text));
}

// One weight "w.weight" of a file, and what it must be.
class Set {
 public:
  explicit Set(const Json& json) : json_(json) {}

  void tensor(std::string_view suffix, std::string_view key, DType dtype) {
    if (const Json* found = json_.find(key)) add(suffix, tensor_of(*found, dtype));
  }
  void raw(std::string_view suffix, std::string_view key, DType dtype) {
    if (const Json* found = json_.find(key)) add(suffix, bytes_of(*found, dtype));
  }
  void add(std::string_view suffix, StoredTensor tensor) {
    file_.tensors[fmt::format("w.{}", suffix)] = std::move(tensor);
  }
  void configure(Json configuration) {
    file_.documents["hf"] = Json::object({{"quantization_config", std::move(configuration)}});
  }
  const Json& json() const { return json_; }

  Status write(const Formats& formats, const std::string& name, Vectors& vectors,
               std::vector<double> numbers, std::vector<int64_t> dims) const {
    TENON_TRY_ASSIGN(const auto packed, find_packed(formats, file_, "w.weight"));
    if (!packed) return invalid("{}: no format fits", name);
    TENON_TRY_ASSIGN(DecodeNode node,
                     decode_packed(vectors.graph, file_, *packed, dims[0], dims[1]));
    const ValueId value = add_decode(vectors.graph, std::move(node), name);
    add_output(vectors.graph, value, name);
    std::vector<float>& expected = vectors.expected[name];
    for (const double number : numbers) expected.push_back(static_cast<float>(number));
    return {};
  }

  Status write(const Formats& formats, const std::string& name, Vectors& vectors,
               std::string_view key = "weight") const {
    std::vector<double> numbers;
    std::vector<int64_t> dims;
    const Json* weight = json_.find(key);
    if (weight == nullptr) return invalid("{}: there is no {}", name, key);
    flatten(*weight, numbers, &dims);
    if (dims.size() == 1) {
      std::vector<double> sizes;
      flatten(*json_.find("shape"), sizes, nullptr);
      dims = {static_cast<int64_t>(sizes[0]), static_cast<int64_t>(sizes[1])};
    }
    return write(formats, name, vectors, std::move(numbers), std::move(dims));
  }

 private:
  const Json& json_;
  WeightFile file_;
};

Json compressed(std::string_view format, const Json& json) {
  const Json weights = Json::object(
      {{"num_bits", json.integer("bits", 4)}, {"group_size", json.integer("group_size", 0)}});
  return Json::object(
      {{"quant_method", "compressed-tensors"},
       {"format", format},
       {"config_groups", Json::object({{"group_0", Json::object({{"weights", weights}})}})}});
}

Status gptq(Set set, const Formats& formats, const std::string& name, Vectors& vectors) {
  const bool awq = set.json().text("format") == "awq-gemm";
  set.tensor("qweight", "qweight_i32", DType::i32);
  set.tensor("qzeros", "qzeros_i32", DType::i32);
  set.tensor("scales", "scales", DType::f16);
  set.tensor("g_idx", "g_idx", DType::i32);
  set.configure(Json::object({{"quant_method", awq ? "awq" : "gptq"},
                              {"version", "gemm"},
                              {"bits", set.json().integer("bits", 4)},
                              {"group_size", set.json().integer("group_size", -1)}}));
  return set.write(formats, name, vectors);
}

Status bitsandbytes(Set set, const Formats& formats, const std::string& name, Vectors& vectors) {
  set.tensor("weight", "packed_u8", DType::u8);
  set.tensor("weight.absmax", "absmax", DType::f32);
  set.tensor("weight.absmax", "absmax_u8", DType::u8);
  set.tensor("weight.quant_map", "quant_map", DType::f32);
  set.tensor("weight.nested_absmax", "nested_absmax", DType::f32);
  set.tensor("weight.nested_quant_map", "nested_quant_map", DType::f32);
  Json state = Json::object({{"blocksize", set.json().integer("blocksize", 64)}});
  state.set("nested_blocksize", set.json().integer("nested_blocksize", 256));
  state.set("nested_offset", set.json().number("nested_offset", 0));
  set.add("weight.quant_state.bitsandbytes__nf4", text_of(state));
  set.configure(Json::object({{"quant_method", "bitsandbytes"}}));
  return set.write(formats, name, vectors, "weight_f32");
}

Status pack_quantized(Set set, const Formats& formats, const std::string& name, Vectors& vectors) {
  set.tensor("weight_packed", "weight_packed_i32", DType::i32);
  set.tensor("weight_scale", "weight_scale", DType::bf16);
  set.tensor("weight_zero_point", "weight_zero_point_i32", DType::i32);
  set.configure(compressed("pack-quantized", set.json()));
  return set.write(formats, name, vectors);
}

Status nvfp4(const Set& given, const Formats& formats, const std::string& name, Vectors& vectors) {
  Set divided = given, multiplied = given;
  divided.raw("weight_packed", "weight_packed_u8", DType::u8);
  divided.raw("weight_scale", "weight_scale_e4m3_u8", DType::f8e4m3fn);
  divided.tensor("weight_global_scale", "weight_global_scale", DType::f32);
  divided.configure(compressed("nvfp4-pack-quantized", given.json()));
  TENON_TRY(divided.write(formats, name, vectors));
  multiplied.raw("weight", "weight_packed_u8", DType::u8);
  multiplied.raw("weight_scale", "weight_scale_e4m3_u8", DType::f8e4m3fn);
  multiplied.tensor("weight_scale_2", "same_as_modelopt_weight_scale_2", DType::f32);
  multiplied.configure(Json::object({{"quant_method", "modelopt"}, {"quant_algo", "NVFP4"}}));
  return multiplied.write(formats, name + ", modelopt", vectors);
}

Status mxfp4(Set set, const Formats& formats, const std::string& name, Vectors& vectors) {
  set.raw("weight_packed", "weight_packed_u8", DType::u8);
  set.raw("weight_scale", "weight_scale_e8m0_u8", DType::u8);
  set.configure(compressed("mxfp4-pack-quantized", set.json()));
  return set.write(formats, name, vectors);
}

// Every code of the small floats, with a scale of 1.
Status tables(const Set& given, const Formats& formats, const std::string& name, Vectors& vectors) {
  Json codes = Json::array();
  for (int i = 0; i < 256; ++i) codes.push(i);
  for (const auto& [key, dtype] :
       {std::pair("e4m3fn", DType::f8e4m3fn), std::pair("e5m2", DType::f8e5m2)}) {
    Set set = given;
    StoredTensor weight = bytes_of(codes, dtype);
    weight.dims = {2, 128};
    set.add("weight", std::move(weight));
    set.add("weight_scale", tensor_of(Json::array({1}), DType::f32));
    set.configure(compressed("float-quantized", given.json()));
    std::vector<double> numbers;
    flatten(*given.json().find(key), numbers, nullptr);
    // JSON has no infinity.
    if (dtype == DType::f8e5m2) numbers[0x7C] = INFINITY, numbers[0xFC] = -INFINITY;
    TENON_TRY(set.write(formats, fmt::format("{}, {}", name, key), vectors, numbers, {2, 128}));
  }
  Set set = given;
  Json pairs = Json::array();
  for (int i = 0; i < 16; i += 2) pairs.push(i | (i + 1) << 4);
  StoredTensor weight = bytes_of(pairs, DType::u8);
  weight.dims = {1, 8};
  set.add("weight", std::move(weight));
  set.add("weight_scale", tensor_of(Json::array({1}), DType::f32));
  set.add("weight_scale_2", tensor_of(Json::array({1}), DType::f32));
  set.configure(Json::object({{"quant_method", "modelopt"}}));
  std::vector<double> numbers;
  flatten(*given.json().find("e2m1"), numbers, nullptr);
  return set.write(formats, name + ", e2m1", vectors, numbers, {1, 16});
}

using Write = Status (*)(Set, const Formats&, const std::string&, Vectors&);

Write writer_of(std::string_view format) {
  if (format == "gptq" || format == "awq-gemm") return gptq;
  if (format.starts_with("bitsandbytes-nf4")) return bitsandbytes;
  if (format == "compressed-tensors pack-quantized") return pack_quantized;
  if (format == "compressed-tensors nvfp4-pack-quantized") {
    return [](Set set, const Formats& formats, const std::string& name, Vectors& vectors) {
      return nvfp4(set, formats, name, vectors);
    };
  }
  if (format == "mxfp4-pack-quantized") return mxfp4;
  if (format == "decode tables") {
    return [](Set set, const Formats& formats, const std::string& name, Vectors& vectors) {
      return tables(set, formats, name, vectors);
    };
  }
  return nullptr;
}

}  // namespace

Result<Vectors> packed_vectors(const Formats& formats, const std::string& path) {
  Vectors vectors;
  TENON_TRY_ASSIGN(const std::string text, read_file(path, most_bytes));
  TENON_TRY_ASSIGN(const Json json, parse_json(text));
  for (const Json& set : json.array("vectors")) {
    const std::string_view format = set.text("format");
    const Write write = writer_of(format);
    if (write == nullptr) return unsupported("set {} of {}", vectors.sets, format);
    const std::string name =
        fmt::format("{} {}, set {}", format, set.integer("bits", 0), vectors.sets++);
    TENON_TRY(write(Set(set), formats, name, vectors));
  }
  return vectors;
}

}  // namespace tenon::formats
