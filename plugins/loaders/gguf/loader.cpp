// SPDX-License-Identifier: Apache-2.0
#include "loader.h"

#include "document.h"
#include "split.h"
#include "tenon/gguf.h"
#include "tenon/loading.h"

#include <algorithm>

namespace tenon::gguf {
namespace {

// One file and what stands in front of its data.
struct Part {
  tenon_source* source = nullptr;
  Header header;
};

Result<Part> read_part(const Loading& loading, tenon_source* source) {
  TENON_TRY_ASSIGN(const std::string_view bytes, loading.whole(source));
  TENON_TRY_ASSIGN(Header header, read_header(bytes, bytes.size()));
  return Part{source, std::move(header)};
}

Status describe_tensors(const Loading& loading, const Part& part) {
  for (const Tensor& tensor : part.header.tensors) {
    std::array<int64_t, 4> dims = tensor.dims;
    std::reverse(dims.begin(), dims.begin() + tensor.rank);
    const bool is_plain = tensor.type->dtype != DType::none;
    TENON_TRY(
        loading.stored(tensor.name, {.dtype = is_plain ? tensor.type->dtype : DType::f32,
                                     .format = is_plain ? std::string_view() : tensor.type->name,
                                     .dims = {dims.data(), tensor.rank},
                                     .source = part.source,
                                     .offset = tensor.offset,
                                     .bytes = tensor.bytes}));
  }
  return {};
}

// The parts of a split file from the second on.
Status load_more_parts(const Loading& loading, const Part& first, const Split& split) {
  uint64_t tensors = first.header.tensors.size();
  for (uint32_t no = 1; no < split.count; ++no) {
    TENON_TRY(loading.poll());
    const std::string name = split.name_of(no);
    tenon_source* source = loading.beside(name);
    if (source == nullptr) {
      return io_error("part {} of {} is missing: \"{}\" must lie beside the first part", no + 1,
                      split.count, name);
    }
    auto part = read_part(loading, source);
    if (!part.ok()) return part.status().at(name);
    TENON_TRY(check_part(part->header, split, no).at(name));
    TENON_TRY(describe_tensors(loading, *part).at(name));
    tensors += part->header.tensors.size();
  }
  return check_total(first.header, tensors);
}

}  // namespace

uint32_t probe(std::string_view head, std::string_view file_name) {
  if (head.starts_with("GGUF")) return 100;
  return file_name.ends_with(".gguf") ? 5 : 0;
}

Status load(const tenon_load& request) {
  const Loading loading(request);
  TENON_TRY_ASSIGN(const Part first, read_part(loading, loading.file()));
  TENON_TRY_ASSIGN(const Split split, split_of(first.header, loading.name()));
  TENON_TRY(loading.document("gguf", document_of(first.header)));
  TENON_TRY(loading.companion("header.gguf", first.source, 0, first.header.bytes));
  TENON_TRY(describe_tensors(loading, first));
  return split.count > 1 ? load_more_parts(loading, first, split) : Status();
}

}  // namespace tenon::gguf
