// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model.h"
#include "tenon/abi/draft/loader.h"
#include "tenon/dtype.h"
#include "tenon/status.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The builder and the sources of one load() in C++ words. Nothing is kept but the borrowed load.
// [load]
namespace tenon::onnx {

using ValueId = uint32_t;
constexpr ValueId no_value = TENON_NONE;

// Dense elements at a place in a source.
struct Place {
  tenon_source* source = nullptr;
  uint64_t offset = 0;
  std::string_view bytes;
};

class Host {
 public:
  explicit Host(const tenon_load& load) : load_(load) {}

  tenon_source* file() const { return load_.source; }
  // Value of an option, or "".
  std::string_view option(std::string_view key) const;
  Status poll() const;

  uint64_t size(tenon_source* source) const;
  Result<std::string_view> map(tenon_source* source, uint64_t offset, uint64_t bytes) const;
  Result<tenon_source*> sibling(Text name) const;

  Status meta(Text key, Text value) const;
  Result<ValueId> weight(Text name, DType dtype, std::span<const int64_t> dims,
                         const Place& place) const;
  Result<ValueId> texts(Text name, std::span<const int64_t> dims,
                        std::span<const tenon_str> texts) const;
  // A block to fill; writable through `data`, which is as long as place.bytes.
  Result<Place> block(uint64_t bytes, std::byte** data) const;
  // An input of the graph, or of the body that is open.
  Result<ValueId> input(Text name, const ValueType& type, DType dtype) const;
  Result<ValueId> body_input(Text name, const ValueType& type, DType dtype) const;
  // An input of either that is a sequence or an optional.
  Result<ValueId> wrapped_input(Text name, const ValueType& type) const;
  Status output(Text name, ValueId value) const;
  Status begin_body(Text name) const;
  Result<uint32_t> end_body(const std::vector<ValueId>& outputs) const;
  Result<std::vector<ValueId>> node(Text domain, Text op, uint32_t version,
                                    const std::vector<ValueId>& inputs,
                                    const std::vector<std::string>& outputs,
                                    const std::vector<tenon_attribute>& attributes,
                                    Text name) const;
  Status unsupported(Text op, Text node, Text reason) const;
  // Something odd that does not stop the load.
  void warn(Text text) const;

 private:
  const tenon_load& load_;
};

}  // namespace tenon::onnx
