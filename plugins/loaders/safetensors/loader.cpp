// SPDX-License-Identifier: Apache-2.0
#include "loader.h"

#include "header.h"
#include "index.h"
#include "tenon/json.h"
#include "tenon/loading.h"

#include <cstring>
#include <set>

namespace tenon::safetensors {
namespace {

constexpr std::string_view index_ending = ".safetensors.index.json";

// What lies beside the weights, by the document that it becomes.
struct Beside {
  std::string_view document;
  std::string_view file;
};
constexpr Beside beside[] = {
    {"hf", "config.json"},
    {"generation", "generation_config.json"},
    {"quantization", "quantize_config.json"},
};

Status describe(const Loading& loading, tenon_source* source, uint64_t data, const Tensor& tensor) {
  return loading.stored(tensor.name, {.dtype = tensor.element->dtype,
                                      .format = tensor.element->format,
                                      .dims = tensor.dims,
                                      .source = source,
                                      .offset = data + tensor.begin,
                                      .bytes = tensor.end - tensor.begin});
}

Status describe_metadata(const Loading& loading, const Header& header) {
  Json::Object members;
  for (const auto& [key, value] : header.metadata) members.push_back({key, value});
  return loading.document("safetensors", Json(std::move(members)).dump());
}

Status describe_beside(const Loading& loading) {
  for (const Beside& row : beside) {
    tenon_source* source = loading.beside(row.file);
    if (source == nullptr) continue;
    TENON_TRY_ASSIGN(const std::string_view text, loading.whole(source));
    TENON_TRY(loading.document(row.document, text).at(row.file));
  }
  return {};
}

Status load_shard(const Loading& loading, const Index& index, const std::string& file) {
  tenon_source* source = loading.beside(file);
  if (source == nullptr) return io_error("is missing beside the index, or cannot be opened");
  TENON_TRY_ASSIGN(const std::string_view bytes, loading.whole(source));
  TENON_TRY_ASSIGN(const Header header, read_header(bytes));
  size_t found = 0, unlisted = 0;
  for (const Tensor& tensor : header.tensors) {
    const auto listed = index.file_of.find(tensor.name);
    if (listed == index.file_of.end()) {
      ++unlisted;
    } else if (listed->second != file) {
      return corrupt("holds tensor \"{}\", which the index places in \"{}\"", tensor.name,
                     listed->second);
    } else {
      ++found;
      TENON_TRY(describe(loading, source, header.data, tensor));
    }
  }
  if (unlisted > 0) {
    Loading::warn("safetensors",
                  fmt::format("{}: {} tensors are not in the index and left out", file, unlisted));
  }
  if (found == index.files.at(file)) return {};
  std::set<std::string_view> held;
  for (const Tensor& tensor : header.tensors) held.insert(tensor.name);
  for (const auto& [name, place] : index.file_of) {
    if (place == file && !held.contains(name)) {
      return corrupt("lacks tensor \"{}\", which the index places there", name.substr(0, 200));
    }
  }
  return {};
}

Status load_index(const Loading& loading, std::string_view text) {
  TENON_TRY_ASSIGN(const Index index, read_index(text));
  for (const auto& [file, count] : index.files) {
    TENON_TRY(loading.poll());
    TENON_TRY(load_shard(loading, index, file).at(fmt::format("\"{}\"", file)));
  }
  return describe_metadata(loading, {});
}

Status load_file(const Loading& loading, std::string_view bytes) {
  TENON_TRY_ASSIGN(const Header header, read_header(bytes));
  for (const Tensor& tensor : header.tensors) {
    TENON_TRY(describe(loading, loading.file(), header.data, tensor));
  }
  return describe_metadata(loading, header);
}

}  // namespace

uint32_t probe(std::string_view head, uint64_t file_bytes, std::string_view file_name) {
  if (file_name.ends_with(index_ending)) {
    return head.find_first_not_of(" \t\r\n") == head.find('{') ? 90 : 5;
  }
  uint64_t length = 0;
  if (head.size() > sizeof length && head[sizeof length] == '{') {
    std::memcpy(&length, head.data(), sizeof length);
    if (length <= most_header_bytes && length <= file_bytes - sizeof length) return 95;
  }
  return file_name.ends_with(".safetensors") ? 5 : 0;
}

Status load(const tenon_load& request) {
  const Loading loading(request);
  TENON_TRY_ASSIGN(const std::string_view bytes, loading.whole(loading.file()));
  TENON_TRY(loading.name().ends_with(index_ending) ? load_index(loading, bytes)
                                                   : load_file(loading, bytes));
  return describe_beside(loading);
}

}  // namespace tenon::safetensors
