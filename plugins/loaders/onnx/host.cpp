// SPDX-License-Identifier: Apache-2.0
#include "host.h"

#include "names.h"
#include "tenon/abi/draft/host.h"
#include "tenon/plugin.h"

namespace tenon::onnx {

namespace {

std::vector<tenon_loader_dim> extents(const ValueType& type) {
  std::vector<tenon_loader_dim> dims;
  for (const Extent& extent : type.dims) {
    const bool fixed = extent.value >= 0;
    // Some writers name every open extent so.
    const bool is_open = extent.param == "?";
    dims.push_back({fixed ? extent.value : TENON_DIM_SYMBOL,
                    to_str(fixed || is_open ? Text() : extent.param)});
  }
  return dims;
}

uint32_t rank_of(const ValueType& type) {
  return type.ranked ? static_cast<uint32_t>(type.dims.size()) : TENON_RANK_UNKNOWN;
}

}  // namespace

std::string_view Host::option(std::string_view key) const {
  for (uint64_t i = 0; i < load_.n_options; ++i) {
    if (to_view(load_.options[i].key) == key) return to_view(load_.options[i].value);
  }
  return {};
}

Status Host::poll() const {
  if (load_.cancel == nullptr || load_.cancel->poll == nullptr) return {};
  return from_host(load_.cancel->poll(load_.cancel->context), "stopped while loading");
}

uint64_t Host::size(tenon_source* source) const { return load_.sources->bytes(source); }

Result<std::string_view> Host::map(tenon_source* source, uint64_t offset, uint64_t bytes) const {
  if (bytes == 0) return std::string_view();
  const void* data = nullptr;
  TENON_TRY(from_host(load_.sources->map(source, offset, bytes, &data),
                      fmt::format("cannot map {} bytes at {}", bytes, offset)));
  return std::string_view(static_cast<const char*>(data), bytes);
}

Result<tenon_source*> Host::sibling(Text name) const {
  tenon_source* other = nullptr;
  TENON_TRY(from_host(load_.sources->sibling(load_.source, to_str(name), &other),
                      fmt::format("cannot open external data \"{}\"", name)));
  return other;
}

Status Host::meta(Text key, Text value) const {
  return from_host(load_.build->meta(load_.builder, to_str(key), to_str(value)), "metadata");
}

Result<ValueId> Host::weight(Text name, DType dtype, std::span<const int64_t> dims,
                             const Place& place) const {
  ValueId value = no_value;
  TENON_TRY(from_host(load_.build->weight(load_.builder, to_str(name), static_cast<uint32_t>(dtype),
                                          static_cast<uint32_t>(dims.size()), dims.data(),
                                          place.source, place.offset, place.bytes.size(), &value),
                      fmt::format("weight \"{}\"", name)));
  return value;
}

Result<ValueId> Host::texts(Text name, std::span<const int64_t> dims,
                            std::span<const tenon_str> texts) const {
  ValueId value = no_value;
  TENON_TRY(
      from_host(load_.build->texts(load_.builder, to_str(name), static_cast<uint32_t>(dims.size()),
                                   dims.data(), texts.data(), texts.size(), &value),
                fmt::format("texts \"{}\"", name)));
  return value;
}

Result<Place> Host::block(uint64_t bytes, std::byte** data) const {
  Place place;
  void* memory = nullptr;
  TENON_TRY(from_host(load_.build->bytes(load_.builder, bytes, &place.source, &memory),
                      fmt::format("no room for {} decoded bytes", bytes)));
  *data = static_cast<std::byte*>(memory);
  place.bytes = {static_cast<const char*>(memory), bytes};
  return place;
}

Result<ValueId> Host::input(Text name, const ValueType& type, DType dtype) const {
  const std::vector<tenon_loader_dim> dims = extents(type);
  ValueId value = no_value;
  TENON_TRY(from_host(load_.build->input(load_.builder, to_str(name), static_cast<uint32_t>(dtype),
                                         rank_of(type), dims.data(), &value),
                      fmt::format("input \"{}\"", name)));
  return value;
}

Result<ValueId> Host::body_input(Text name, const ValueType& type, DType dtype) const {
  const std::vector<tenon_loader_dim> dims = extents(type);
  ValueId value = no_value;
  TENON_TRY(
      from_host(load_.build->body_input(load_.builder, to_str(name), static_cast<uint32_t>(dtype),
                                        rank_of(type), dims.data(), &value),
                fmt::format("body input \"{}\"", name)));
  return value;
}

Result<ValueId> Host::wrapped_input(Text name, const ValueType& type) const {
  std::vector<uint32_t> kinds;
  for (const TypeKind wrap : type.wraps) {
    kinds.push_back(wrap == TypeKind::sequence ? TENON_KIND_SEQUENCE : TENON_KIND_OPTIONAL);
  }
  ValueId value = no_value;
  TENON_TRY(from_host(load_.build->wrapped_input(load_.builder, to_str(name), kinds.data(),
                                                 static_cast<uint32_t>(kinds.size()),
                                                 static_cast<uint32_t>(type.dtype), &value),
                      fmt::format("input \"{}\"", name)));
  return value;
}

Status Host::output(Text name, ValueId value) const {
  return from_host(load_.build->output(load_.builder, to_str(name), value),
                   fmt::format("output \"{}\"", name));
}

Status Host::begin_body(Text name) const {
  return from_host(load_.build->begin_body(load_.builder, to_str(name)),
                   fmt::format("body \"{}\"", name));
}

Result<uint32_t> Host::end_body(const std::vector<ValueId>& outputs) const {
  uint32_t body = 0;
  TENON_TRY(from_host(load_.build->end_body(load_.builder, static_cast<uint32_t>(outputs.size()),
                                            outputs.data(), &body),
                      "end of a body"));
  return body;
}

Result<std::vector<ValueId>> Host::node(Text domain, Text op, uint32_t version,
                                        const std::vector<ValueId>& inputs,
                                        const std::vector<std::string>& outputs,
                                        const std::vector<tenon_attribute>& attributes,
                                        Text name) const {
  std::vector<tenon_str> names;
  for (const std::string& output : outputs) names.push_back(to_str(output));
  std::vector<ValueId> values(outputs.size(), no_value);
  TENON_TRY(from_host(
      load_.build->node(load_.builder, to_str(domain), to_str(op), version,
                        static_cast<uint32_t>(inputs.size()), inputs.data(),
                        static_cast<uint32_t>(outputs.size()), names.data(), values.data(),
                        attributes.data(), attributes.size(), to_str(name)),
      fmt::format("node \"{}\" ({})", name, op)));
  return values;
}

Status Host::unsupported(Text op, Text node, Text reason) const {
  return from_host(
      load_.build->unsupported(load_.builder, to_str(op), to_str(node), to_str(reason)),
      "unsupported part");
}

void Host::warn(Text text) const {
  const bool wanted =
      plugin_host != nullptr && plugin_host->log != nullptr &&
      (plugin_host->log_mask == nullptr || (*plugin_host->log_mask >> TENON_LOG_WARNING & 1u) != 0);
  if (!wanted) return;
  const std::string shown = printable(text);
  plugin_host->log(plugin_host, TENON_LOG_WARNING, 0, to_str("onnx"), to_str(shown));
}

}  // namespace tenon::onnx
