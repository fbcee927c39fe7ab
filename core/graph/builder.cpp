// SPDX-License-Identifier: Apache-2.0
#include "core/graph/builder.h"

#include "core/base/border.h"

#include "tenon/abi/draft/host.h"

#include <cstdlib>
#include <cstring>

using namespace tenon;

namespace {

constexpr size_t most_nodes = 1'000'000;
constexpr size_t most_values = 8'000'000;
constexpr uint32_t most_rank = 64;
constexpr size_t most_depth = 16;
// Decoded blocks may not exceed this many times the model's own bytes, plus some room.
constexpr uint64_t decoded_growth = 64;
constexpr uint64_t decoded_room = 64u << 20;

// Bytes of a dense tensor in memory, or an error; checks each extent.
Result<uint64_t> tensor_bytes(std::string_view name, DType dtype, std::span<const int64_t> dims) {
  uint64_t elements = 1;
  bool empty = false;
  for (const int64_t dim : dims) {
    if (dim < 0 || dim > int64_t{1} << 62) {
      return corrupt("\"{}\": extent {} is not in [0, 2^62]", name, dim);
    }
    if (dim == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(elements, static_cast<uint64_t>(dim), &elements)) {
      return corrupt("\"{}\": the number of its elements overflows", name);
    }
  }
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(elements, uint64_t{element_bytes(dtype)}, &bytes)) {
    return corrupt("\"{}\": the number of its bytes overflows", name);
  }
  return empty ? uint64_t{0} : bytes;
}

}  // namespace

Body& tenon_builder::body() { return open_.empty() ? graph_.main() : open_.back(); }

Status tenon_builder::check_value(uint32_t value) const {
  if (value < graph_.values.size()) return {};
  return invalid("builder: value {} does not exist, {} were made", value, graph_.values.size());
}

Result<std::vector<Expr>> tenon_builder::dims(uint32_t rank, const tenon_loader_dim* dims,
                                              std::string_view input) {
  if (rank > most_rank)
    return unsupported("input \"{}\": rank {}, most is {}", input, rank, most_rank);
  std::vector<Expr> sizes;
  for (uint32_t i = 0; i < rank; ++i) {
    const std::string name(to_view(dims[i].symbol));
    if (dims[i].extent >= 0) {
      sizes.push_back(graph_.exprs->integer(dims[i].extent));
      continue;
    }
    const std::string own = name.empty() ? fmt::format("{}.{}", input, i) : name;
    if (const auto fixed = fixed_.find(own); fixed != fixed_.end()) {
      used_fixed_.insert(own);
      sizes.push_back(graph_.exprs->integer(fixed->second));
      continue;
    }
    if (const auto known = symbols_.find(own); known != symbols_.end()) {
      sizes.push_back(known->second);
      continue;
    }
    const Expr symbol = graph_.add_symbol({.name = own});
    symbols_.emplace(own, symbol);
    sizes.push_back(symbol);
  }
  return sizes;
}

Status tenon_builder::weight(std::string_view name, uint32_t dtype, std::span<const int64_t> dims,
                             const tenon_source& source, uint64_t offset, uint64_t bytes,
                             uint32_t* value) {
  if (facts(static_cast<DType>(dtype)).bytes == 0 || dtype == TENON_STRING) {
    return unsupported("\"{}\": element type {}", name, dtype);
  }
  if (dims.size() > most_rank) {
    return unsupported("\"{}\": rank {}, most is {}", name, dims.size(), most_rank);
  }
  TENON_TRY_ASSIGN(const uint64_t expected, tensor_bytes(name, static_cast<DType>(dtype), dims));
  if (bytes != expected) {
    return corrupt("\"{}\": {} bytes given, its shape and type {} need {}", name, bytes,
                   name_of(static_cast<DType>(dtype)), expected);
  }
  const uint64_t size = source.bytes.size();
  if (offset > size || bytes > size - offset) {
    return corrupt("\"{}\": bytes {}+{} are beyond the end of {} at {}", name, offset, bytes,
                   source.name.empty() ? "its source" : source.name, size);
  }
  auto constant = std::make_shared<Constant>();
  constant->dtype = static_cast<DType>(dtype);
  constant->dims.assign(dims.begin(), dims.end());
  constant->owner = source.owner;
  constant->bytes = source.bytes.subspan(offset, bytes);
  *value = graph_.add_constant(std::string(name), std::move(constant));
  return {};
}

Status tenon_builder::texts(std::string_view name, std::span<const int64_t> dims,
                            std::span<const tenon_str> texts, uint32_t* value) {
  if (dims.size() > most_rank) {
    return unsupported("\"{}\": rank {}, most is {}", name, dims.size(), most_rank);
  }
  TENON_TRY_ASSIGN(const uint64_t bytes, tensor_bytes(name, DType::string, dims));
  if (bytes != texts.size() * sizeof(int32_t)) {
    return corrupt("\"{}\": {} texts given, its shape needs {}", name, texts.size(),
                   bytes / sizeof(int32_t));
  }
  auto numbers = std::make_shared<std::vector<int32_t>>();
  for (const tenon_str& text : texts) numbers->push_back(graph_.strings->keep(to_view(text)));
  auto constant = std::make_shared<Constant>();
  constant->dtype = DType::string;
  constant->dims.assign(dims.begin(), dims.end());
  constant->bytes = std::as_bytes(std::span(*numbers));
  constant->owner = std::move(numbers);
  *value = graph_.add_constant(std::string(name), std::move(constant));
  return {};
}

Status tenon_builder::wrapped_input(std::string_view name, std::span<const uint32_t> wraps,
                                    uint32_t dtype, uint32_t* value) {
  if (wraps.size() > most_depth) return unsupported("input \"{}\": its type nests deeper", name);
  Value made;
  made.name = name;
  made.kind = ValueKind::input;
  made.dtype = static_cast<DType>(dtype);
  for (const uint32_t wrap : wraps) {
    if (wrap < TENON_KIND_SEQUENCE || wrap > TENON_KIND_MAP) {
      return invalid("input \"{}\": unknown kind {}", name, wrap);
    }
    made.wraps.push_back(static_cast<Wrap>(wrap - TENON_KIND_SEQUENCE));
  }
  *value = graph_.add_value(std::move(made));
  body().inputs.push_back(*value);
  return {};
}

Status tenon_builder::decoded(uint64_t bytes, tenon_source** source, void** data) {
  if (__builtin_add_overflow(decoded_bytes_, bytes, &decoded_bytes_) ||
      decoded_bytes_ / decoded_growth > sources_.bytes() + decoded_room / decoded_growth) {
    return corrupt("decoded tensors would take {} bytes, far more than the file holds",
                   decoded_bytes_);
  }
  // Aligned for vector loads, and never empty so that the address exists.
  const uint64_t size = (bytes + 63) / 64 * 64 + 64;
  std::shared_ptr<std::byte> block(static_cast<std::byte*>(std::aligned_alloc(64, size)),
                                   [](std::byte* p) { std::free(p); });
  if (!block) return no_memory("no memory for {} decoded bytes", bytes);
  std::memset(block.get(), 0, size);
  *data = block.get();
  *source =
      sources_.add({.set = nullptr, .name = "", .owner = block, .bytes = {block.get(), bytes}});
  return {};
}

Status tenon_builder::input(std::string_view name, uint32_t dtype, uint32_t rank,
                            const tenon_loader_dim* extents, uint32_t* value) {
  Value made{.name = std::string(name),
             .kind = ValueKind::input,
             .wraps = {},
             .dtype = static_cast<DType>(dtype),
             .ranked = rank != TENON_RANK_UNKNOWN,
             .dims = {},
             .known = {},
             .constant = {}};
  if (made.ranked) {
    TENON_TRY_ASSIGN(made.dims, dims(rank, extents, name));
  }
  *value = graph_.add_value(std::move(made));
  body().inputs.push_back(*value);
  return {};
}

Result<Attribute> tenon_builder::attribute(const tenon_attribute& given) {
  const std::string_view name = to_view(given.name);
  const auto count = static_cast<size_t>(given.count);
  if (given.count > (uint64_t{1} << 31))
    return corrupt("attribute \"{}\": {} entries", name, count);
  switch (given.kind) {
    case TENON_ATTR_INT:
      return Attribute(given.i);
    case TENON_ATTR_FLOAT:
      return Attribute(given.f);
    case TENON_ATTR_STRING:
      return Attribute(std::string(to_view(given.s)));
    case TENON_ATTR_INTS:
      return Attribute(std::vector<int64_t>(given.ints, given.ints + count));
    case TENON_ATTR_FLOATS:
      return Attribute(std::vector<double>(given.floats, given.floats + count));
    case TENON_ATTR_STRINGS: {
      std::vector<std::string> words;
      for (size_t i = 0; i < count; ++i) words.emplace_back(to_view(given.strings[i]));
      return Attribute(std::move(words));
    }
    case TENON_ATTR_TENSOR:
      TENON_TRY(check_value(given.tensor));
      if (!graph_.value(given.tensor).constant) {
        return invalid("attribute \"{}\": value {} is not a constant", name, given.tensor);
      }
      return Attribute(TensorReference{given.tensor});
    case TENON_ATTR_BODY:
      if (given.body == 0 || given.body >= graph_.bodies.size()) {
        return invalid("attribute \"{}\": body {} does not exist", name, given.body);
      }
      return Attribute(BodyReference{given.body});
    default:
      return invalid("attribute \"{}\": unknown kind {}", name, given.kind);
  }
}

Status tenon_builder::node(Node node, std::span<const tenon_str> output_names, uint32_t* outputs) {
  if (++nodes_ > most_nodes || graph_.values.size() > most_values) {
    return unsupported("more than {} nodes", most_nodes);
  }
  for (const ValueId input : node.inputs) {
    if (input != no_id) TENON_TRY(check_value(input).at(node.name));
  }
  for (size_t i = 0; i < output_names.size(); ++i) {
    Value value;
    value.name = to_view(output_names[i]);
    outputs[i] = graph_.add_value(std::move(value));
    node.outputs.push_back(outputs[i]);
  }
  body().nodes.push_back(std::move(node));
  return {};
}

Status tenon_builder::end_body(std::span<const uint32_t> outputs, uint32_t* index) {
  if (open_.empty()) return invalid("builder: no body is open");
  for (const uint32_t value : outputs) TENON_TRY(check_value(value));
  open_.back().outputs.assign(outputs.begin(), outputs.end());
  graph_.bodies.push_back(std::move(open_.back()));
  open_.pop_back();
  *index = static_cast<uint32_t>(graph_.bodies.size() - 1);
  return {};
}

Result<Graph> tenon_builder::finish() {
  if (!open_.empty()) return invalid("builder: {} bodies were left open", open_.size());
  for (const auto& [name, extent] : fixed_) {
    if (used_fixed_.contains(name) || !weights_.file().empty()) continue;
    std::string names;
    for (const auto& [known, symbol] : symbols_) names += (names.empty() ? "" : ", ") + known;
    return invalid("no size is named \"{}\"; the model's free sizes are: {}", name,
                   names.empty() ? "none" : names);
  }
  return std::move(graph_);
}

struct BuilderCalls {
  static tenon_status meta(tenon_builder* b, tenon_str key, tenon_str value) {
    return at_border([&]() -> Status {
      b->graph_.metadata[std::string(to_view(key))] = to_view(value);
      return {};
    });
  }
  static tenon_status weight(tenon_builder* b, tenon_str name, uint32_t dtype, uint32_t rank,
                             const int64_t* dims, tenon_source* source, uint64_t offset,
                             uint64_t bytes, uint32_t* value) {
    return at_border([&] {
      return b->weight(to_view(name), dtype, {dims, rank}, *source, offset, bytes, value);
    });
  }
  static tenon_status bytes(tenon_builder* b, uint64_t size, tenon_source** source, void** data) {
    return at_border([&] { return b->decoded(size, source, data); });
  }
  static tenon_status input(tenon_builder* b, tenon_str name, uint32_t dtype, uint32_t rank,
                            const tenon_loader_dim* dims, uint32_t* value) {
    return at_border([&] { return b->input(to_view(name), dtype, rank, dims, value); });
  }
  static tenon_status node(tenon_builder* b, tenon_str domain, tenon_str op, uint32_t version,
                           uint32_t n_in, const uint32_t* inputs, uint32_t n_out,
                           const tenon_str* names, uint32_t* outputs,
                           const tenon_attribute* attributes, uint64_t n_attributes,
                           tenon_str name) {
    return at_border([&]() -> Status {
      Node made;
      made.op = to_view(op);
      made.domain = to_view(domain);
      made.name = to_view(name);
      made.version = version;
      made.inputs.assign(inputs, inputs + n_in);
      for (uint64_t i = 0; i < n_attributes; ++i) {
        TENON_TRY_ASSIGN(Attribute attribute, b->attribute(attributes[i]));
        made.attributes.insert_or_assign(std::string(to_view(attributes[i].name)),
                                         std::move(attribute));
      }
      return b->node(std::move(made), {names, n_out}, outputs);
    });
  }
  static tenon_status output(tenon_builder* b, tenon_str name, uint32_t value) {
    return at_border([&]() -> Status {
      TENON_TRY(b->check_value(value));
      b->graph_.main().outputs.push_back(value);
      b->graph_.output_names.emplace_back(to_view(name));
      return {};
    });
  }
  static tenon_status begin_body(tenon_builder* b, tenon_str name) {
    return at_border([&]() -> Status {
      if (b->open_.size() >= most_depth)
        return unsupported("bodies nest deeper than {}", most_depth);
      b->open_.emplace_back().name = to_view(name);
      return {};
    });
  }
  static tenon_status end_body(tenon_builder* b, uint32_t n_out, const uint32_t* outputs,
                               uint32_t* body) {
    return at_border([&] { return b->end_body({outputs, n_out}, body); });
  }
  static tenon_status unsupported_part(tenon_builder* b, tenon_str op, tenon_str node,
                                       tenon_str reason) {
    return at_border([&]() -> Status {
      b->unsupported_.push_back(
          {std::string(to_view(op)), std::string(to_view(node)), std::string(to_view(reason))});
      return {};
    });
  }
  static tenon_status texts(tenon_builder* b, tenon_str name, uint32_t rank, const int64_t* dims,
                            const tenon_str* texts, uint64_t count, uint32_t* value) {
    return at_border([&] { return b->texts(to_view(name), {dims, rank}, {texts, count}, value); });
  }
  static tenon_status wrapped_input(tenon_builder* b, tenon_str name, const uint32_t* wraps,
                                    uint32_t n_wraps, uint32_t dtype, uint32_t* value) {
    return at_border([&] {
      return b->wrapped_input(to_view(name), {wraps, n_wraps}, dtype, value);
    });
  }
  static tenon_status stored(tenon_builder* b, tenon_str name, uint32_t dtype, tenon_str format,
                             uint32_t rank, const int64_t* dims, tenon_source* source,
                             uint64_t offset, uint64_t bytes) {
    return at_border([&] {
      StoredTensor tensor;
      tensor.dtype = static_cast<DType>(dtype);
      tensor.format = to_view(format);
      tensor.dims.assign(dims, dims + rank);
      return b->weights_.stored(to_view(name), std::move(tensor), *source, offset, bytes);
    });
  }
  static tenon_status document(tenon_builder* b, tenon_str name, tenon_str json) {
    return at_border([&] { return b->weights_.document(to_view(name), to_view(json)); });
  }
  static tenon_status companion(tenon_builder* b, tenon_str name, tenon_source* source,
                                uint64_t offset, uint64_t bytes) {
    return at_border([&] { return b->weights_.companion(to_view(name), *source, offset, bytes); });
  }
};

const tenon_builder_table& tenon_builder::table() {
  static const tenon_builder_table table = {
      .size = sizeof(tenon_builder_table),
      .reserved = 0,
      .meta = BuilderCalls::meta,
      .weight = BuilderCalls::weight,
      .bytes = BuilderCalls::bytes,
      .input = BuilderCalls::input,
      .node = BuilderCalls::node,
      .output = BuilderCalls::output,
      .begin_body = BuilderCalls::begin_body,
      .body_input = BuilderCalls::input,
      .end_body = BuilderCalls::end_body,
      .unsupported = BuilderCalls::unsupported_part,
      .texts = BuilderCalls::texts,
      .wrapped_input = BuilderCalls::wrapped_input,
      .stored = BuilderCalls::stored,
      .document = BuilderCalls::document,
      .companion = BuilderCalls::companion,
  };
  return table;
}
