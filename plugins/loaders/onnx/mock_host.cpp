// SPDX-License-Identifier: Apache-2.0
#include "mock_host.h"

#include "loader.h"
#include "tenon/dtype.h"

#include <cstring>
#include <span>

struct tenon_builder {
  tenon::onnx::MockHost::State* state = nullptr;
};

struct tenon_source {
  tenon::onnx::MockHost::State* state = nullptr;
  std::string_view bytes;
  std::string name;
};

namespace tenon::onnx {

namespace {

constexpr uint64_t most_decoded = 64u << 20;

struct Value {
  std::string name;
  std::string bytes;
  bool constant = false;
};

template <class T>
std::string list_of(std::string_view bytes) {
  std::string text;
  for (size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
    T value;
    std::memcpy(&value, bytes.data() + i, sizeof(T));
    text += fmt::format("{}{}", i == 0 ? "" : ",", value);
  }
  return text;
}

// Up to eight elements of the common types.
std::string elements_of(DType dtype, std::string_view bytes) {
  if (element_bytes(dtype) == 0 || bytes.size() / element_bytes(dtype) > 8) return "...";
  switch (dtype) {
    case DType::f32:
      return list_of<float>(bytes);
    case DType::f64:
      return list_of<double>(bytes);
    case DType::i64:
      return list_of<int64_t>(bytes);
    case DType::i32:
      return list_of<int32_t>(bytes);
    case DType::i4:
    case DType::i2:
    case DType::i8: {
      std::string text;
      for (const char c : bytes) {
        text += fmt::format("{}{}", text.empty() ? "" : ",", int{static_cast<int8_t>(c)});
      }
      return text;
    }
    case DType::u8:
    case DType::u4:
    case DType::u2:
    case DType::boolean: {
      std::string text;
      for (const char c : bytes) {
        text += fmt::format("{}{}", text.empty() ? "" : ",", int{static_cast<uint8_t>(c)});
      }
      return text;
    }
    default:
      return "...";
  }
}

}  // namespace

struct MockHost::State {
  std::string file;
  std::map<std::string, std::string> siblings;
  std::vector<std::unique_ptr<tenon_source>> sources;
  std::vector<std::unique_ptr<std::string>> blocks;
  uint64_t decoded = 0;
  std::vector<Value> values;
  uint32_t open = 0;
  uint32_t bodies = 1;
  std::string text;
  std::vector<std::string> unsupported;
  std::string failure;  // of the host's own, which comes back as a code only

  tenon_source* add(std::string_view bytes, std::string name) {
    auto source = std::make_unique<tenon_source>();
    source->state = this;
    source->bytes = bytes;
    source->name = std::move(name);
    return sources.emplace_back(std::move(source)).get();
  }
  tenon_status fail(tenon_status code, std::string why) {
    failure = std::move(why);
    return code;
  }
  uint32_t value(std::string_view name, std::string_view bytes, bool constant) {
    // A value without a name is shown by its number.
    std::string shown = name.empty() ? fmt::format("%{}", values.size()) : std::string(name);
    values.push_back({std::move(shown), std::string(bytes), constant});
    return static_cast<uint32_t>(values.size() - 1);
  }
  std::string name_of(uint32_t id) const { return id == TENON_NONE ? "-" : values[id].name; }
  void line(std::string_view content) {
    text += std::string(2 * size_t{open}, ' ') + std::string(content) + "\n";
  }
};

namespace {

std::string shape_of(uint32_t rank, const int64_t* dims) {
  std::string text;
  for (uint32_t i = 0; i < rank; ++i) text += fmt::format("{}{}", i == 0 ? "" : ",", dims[i]);
  return text;
}

tenon_status weight(tenon_builder* builder, tenon_str name, uint32_t dtype, uint32_t rank,
                    const int64_t* dims, tenon_source* source, uint64_t offset, uint64_t bytes,
                    uint32_t* value) {
  auto& state = *builder->state;
  const auto type = static_cast<DType>(dtype);
  uint64_t expected = element_bytes(type);
  bool empty = false;
  for (uint32_t i = 0; i < rank; ++i) {
    if (dims[i] < 0) return state.fail(TENON_CORRUPT, "negative extent");
    if (dims[i] == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(expected, static_cast<uint64_t>(dims[i]), &expected)) {
      return state.fail(TENON_CORRUPT, "overflow");
    }
  }
  if ((empty ? 0 : expected) != bytes) return state.fail(TENON_CORRUPT, "wrong number of bytes");
  if (offset > source->bytes.size() || bytes > source->bytes.size() - offset) {
    return state.fail(TENON_CORRUPT, "range is beyond the end");
  }
  const std::string_view data = source->bytes.substr(offset, bytes);
  *value = state.value(to_view(name), data, true);
  state.line(fmt::format("{} = {}[{}] {{{}}}", state.name_of(*value), tenon::name_of(type),
                         shape_of(rank, dims), elements_of(type, data)));
  return TENON_OK;
}

tenon_status block(tenon_builder* builder, uint64_t bytes, tenon_source** source, void** data) {
  auto& state = *builder->state;
  state.decoded += std::min(bytes, most_decoded + 1);
  if (state.decoded > most_decoded) return state.fail(TENON_CORRUPT, "decodes to too much");
  std::string& made = *state.blocks.emplace_back(std::make_unique<std::string>(bytes, '\0'));
  *data = made.data();
  *source = state.add({made.data(), made.size()}, "");
  return TENON_OK;
}

tenon_status input(tenon_builder* builder, tenon_str name, uint32_t dtype, uint32_t rank,
                   const tenon_loader_dim* dims, uint32_t* value) {
  auto& state = *builder->state;
  std::string shape = rank == TENON_RANK_UNKNOWN ? "?" : "";
  for (uint32_t i = 0; rank != TENON_RANK_UNKNOWN && i < rank; ++i) {
    const std::string_view symbol = to_view(dims[i].symbol);
    shape += i == 0 ? "" : ",";
    shape += dims[i].extent >= 0 ? std::to_string(dims[i].extent)
             : symbol.empty()    ? "_"
                                 : std::string(symbol);
  }
  *value = state.value(to_view(name), "", false);
  state.line(fmt::format("{} = input {}[{}]", state.name_of(*value),
                         tenon::name_of(static_cast<DType>(dtype)), shape));
  return TENON_OK;
}

std::string attribute_text(const MockHost::State& state, const tenon_attribute& attribute) {
  std::string text;
  const auto count = static_cast<size_t>(attribute.count);
  switch (attribute.kind) {
    case TENON_ATTR_INT:
      return std::to_string(attribute.i);
    case TENON_ATTR_FLOAT:
      return fmt::format("{:g}", attribute.f);
    case TENON_ATTR_STRING:
      return fmt::format("\"{}\"", to_view(attribute.s));
    case TENON_ATTR_INTS:
      for (size_t i = 0; i < count; ++i) text += fmt::format("{},", attribute.ints[i]);
      break;
    case TENON_ATTR_FLOATS:
      for (size_t i = 0; i < count; ++i) text += fmt::format("{:g},", attribute.floats[i]);
      break;
    case TENON_ATTR_STRINGS:
      for (size_t i = 0; i < count; ++i) text += fmt::format("{},", to_view(attribute.strings[i]));
      break;
    case TENON_ATTR_TENSOR:
      return state.name_of(attribute.tensor);
    case TENON_ATTR_BODY:
      return fmt::format("body{}", attribute.body);
    default:
      return "?";
  }
  if (!text.empty()) text.pop_back();
  return "[" + text + "]";
}

tenon_status node(tenon_builder* builder, tenon_str domain, tenon_str op, uint32_t version,
                  uint32_t n_in, const uint32_t* inputs, uint32_t n_out, const tenon_str* names,
                  uint32_t* outputs, const tenon_attribute* attributes, uint64_t n_attributes,
                  tenon_str) {
  auto& state = *builder->state;
  std::string left;
  std::string arguments;
  std::string settings;
  for (uint32_t i = 0; i < n_in; ++i) {
    if (inputs[i] != TENON_NONE && inputs[i] >= state.values.size()) {
      return state.fail(TENON_INVALID, "no such value");
    }
    arguments += fmt::format("{}{}", i == 0 ? "" : ", ", state.name_of(inputs[i]));
  }
  for (uint64_t i = 0; i < n_attributes; ++i) {
    const tenon_attribute& given = attributes[i];
    if (given.kind == TENON_ATTR_TENSOR && !state.values[given.tensor].constant) {
      return state.fail(TENON_INVALID, "attribute is no constant");
    }
    settings += fmt::format(" {}={}", to_view(given.name), attribute_text(state, given));
  }
  for (uint32_t i = 0; i < n_out; ++i) {
    outputs[i] = state.value(to_view(names[i]), "", false);
    left += fmt::format("{}{}", i == 0 ? "" : ", ", state.name_of(outputs[i]));
  }
  const std::string set = domain.size == 0 ? "" : fmt::format("{}.", to_view(domain));
  state.line(fmt::format("{} = {}{}{}({}){}", left, set, to_view(op),
                         domain.size == 0 ? "" : fmt::format("-{}", version), arguments, settings));
  return TENON_OK;
}

const tenon_builder_table builder_table = {
    .size = sizeof(tenon_builder_table),
    .reserved = 0,
    .meta = [](tenon_builder*, tenon_str, tenon_str) -> tenon_status { return TENON_OK; },
    .weight = weight,
    .bytes = block,
    .input = input,
    .node = node,
    .output = [](tenon_builder* builder, tenon_str name, uint32_t value) -> tenon_status {
      auto& state = *builder->state;
      if (value >= state.values.size()) return state.fail(TENON_INVALID, "no such value");
      state.line(fmt::format("output {} = {}", to_view(name), state.name_of(value)));
      return TENON_OK;
    },
    .begin_body = [](tenon_builder* builder, tenon_str) -> tenon_status {
      auto& state = *builder->state;
      state.line("body {");
      ++state.open;
      return TENON_OK;
    },
    .body_input = input,
    .end_body = [](tenon_builder* builder, uint32_t n_out, const uint32_t* outputs,
                   uint32_t* body) -> tenon_status {
      auto& state = *builder->state;
      std::string names;
      for (uint32_t i = 0; i < n_out; ++i) names += " " + state.name_of(outputs[i]);
      *body = state.bodies++;
      --state.open;
      state.line(fmt::format("}} body{}:{}", *body, names));
      return TENON_OK;
    },
    .unsupported = [](tenon_builder* builder, tenon_str op, tenon_str,
                      tenon_str reason) -> tenon_status {
      auto& state = *builder->state;
      state.unsupported.push_back(fmt::format("{}: {}", to_view(op), to_view(reason)));
      return TENON_OK;
    },
    .texts = [](tenon_builder* builder, tenon_str name, uint32_t rank, const int64_t* dims,
                const tenon_str* texts, uint64_t count, uint32_t* value) -> tenon_status {
      auto& state = *builder->state;
      std::string list;
      for (uint64_t i = 0; i < count; ++i) {
        list += fmt::format("{}\"{}\"", i == 0 ? "" : ",", to_view(texts[i]));
      }
      *value = state.value(to_view(name), "", true);
      state.line(
          fmt::format("{} = string[{}] {{{}}}", state.name_of(*value), shape_of(rank, dims), list));
      return TENON_OK;
    },
    .wrapped_input = [](tenon_builder* builder, tenon_str name, const uint32_t* wraps,
                        uint32_t n_wraps, uint32_t dtype, uint32_t* value) -> tenon_status {
      auto& state = *builder->state;
      std::string kind;
      for (uint32_t i = 0; i < n_wraps; ++i) kind += fmt::format("{} ", wraps[i]);
      *value = state.value(to_view(name), "", false);
      state.line(fmt::format("{} = input {}{}", state.name_of(*value), kind,
                             tenon::name_of(static_cast<DType>(dtype))));
      return TENON_OK;
    },
    .stored = nullptr,
    .document = nullptr,
    .companion = nullptr,
};

const tenon_source_table source_table = {
    .size = sizeof(tenon_source_table),
    .reserved = 0,
    .bytes = [](tenon_source* source) -> uint64_t { return source->bytes.size(); },
    .map = [](tenon_source* source, uint64_t offset, uint64_t bytes,
              const void** data) -> tenon_status {
      if (offset > source->bytes.size() || bytes > source->bytes.size() - offset) {
        return TENON_CORRUPT;
      }
      *data = source->bytes.data() + offset;
      return TENON_OK;
    },
    .sibling = [](tenon_source* source, tenon_str name, tenon_source** other) -> tenon_status {
      MockHost::State& state = *source->state;
      const auto found = state.siblings.find(std::string(to_view(name)));
      if (found == state.siblings.end()) return state.fail(TENON_IO, "no such file");
      *other = state.add(found->second, found->first);
      return TENON_OK;
    },
    .name = [](tenon_source* source) -> tenon_str { return to_str(source->name); },
};

}  // namespace

MockHost::MockHost(std::string_view file, std::map<std::string, std::string> siblings)
    : state_(std::make_unique<State>()) {
  state_->file = file;
  state_->siblings = std::move(siblings);
}

MockHost::~MockHost() = default;

Status MockHost::load(std::string_view as) {
  const tenon_kv option = {to_str("onnx.as"), to_str(as)};
  tenon_builder builder{state_.get()};
  const tenon_load request = {
      .size = sizeof(tenon_load),
      .reserved = 0,
      .source = state_->add(state_->file, "model.onnx"),
      .sources = &source_table,
      .builder = &builder,
      .build = &builder_table,
      .options = &option,
      .n_options = as.empty() ? 0u : 1u,
      .cancel = nullptr,
  };
  Status status = onnx::load(request);
  return state_->failure.empty() ? status : status.at(state_->failure);
}

const std::string& MockHost::text() const { return state_->text; }
const std::vector<std::string>& MockHost::unsupported() const { return state_->unsupported; }

std::string MockHost::bytes_of(std::string_view weight) const {
  for (const Value& value : state_->values) {
    if (value.constant && value.name == weight) return value.bytes;
  }
  return {};
}

}  // namespace tenon::onnx
