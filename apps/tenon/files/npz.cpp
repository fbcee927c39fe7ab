// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/files/npz.h"

#include "apps/tenon/files/file.h"
#include "apps/tenon/files/zip.h"

#include <algorithm>
#include <unordered_set>

namespace tenon::files {

namespace {

constexpr std::string_view extension = ".npy";

// Names inside an archive are paths; a tensor's name need not be one.
std::string entry_name(std::string_view tensor, size_t index) {
  std::string name = tensor.empty() ? fmt::format("arr_{}", index) : std::string(tensor);
  for (char& c : name) {
    if (c == '/' || c == '\\' || c == '\0') c = '_';
  }
  if (name == "." || name == "..") name += '_';
  return name + std::string(extension);
}

bool is_zip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{'P'} && bytes[1] == std::byte{'K'};
}

}  // namespace

Result<std::vector<Tensor>> read_npz(std::string_view name, std::span<const std::byte> bytes) {
  const auto entries = read_zip_directory(bytes);
  if (!entries.ok()) return entries.status().at(name);
  std::vector<Tensor> tensors;
  std::unordered_set<std::string> names;
  uint64_t total = 0;
  for (const ZipEntry& entry : *entries) {
    total += entry.size;  // each at most 4 GiB, at most a million
    if (total > max_file_bytes) {
      return invalid("{}: more than {} bytes of tensors", name, max_file_bytes);
    }
    const auto inside = read_zip_entry(bytes, entry);
    if (!inside.ok()) return inside.status().at(name);
    auto tensor = read_npy(entry.name, *inside);
    if (!tensor.ok()) return tensor.status().at(name);
    tensor->name = entry.name;
    if (tensor->name.ends_with(extension)) {
      tensor->name.resize(tensor->name.size() - extension.size());
    }
    if (!names.insert(tensor->name).second) {
      return corrupt("{}: two tensors are named \"{}\"", name, tensor->name);
    }
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

Result<std::vector<std::byte>> write_npz(std::span<const Tensor> tensors) {
  std::vector<ZipItem> items;
  std::unordered_set<std::string> names;
  for (const Tensor& tensor : tensors) {
    std::string name = entry_name(tensor.name, items.size());
    while (!names.insert(name).second) name.insert(0, "_");
    auto bytes = write_npy(tensor);
    if (!bytes.ok()) return bytes.status().at(name);
    items.push_back({std::move(name), std::move(*bytes)});
  }
  return write_zip(items);
}

Result<std::vector<Tensor>> read_tensors(const std::string& path) {
  TENON_TRY_ASSIGN(const std::vector<std::byte> bytes, read_file(path));
  if (is_zip(bytes)) return read_npz(path, bytes);
  TENON_TRY_ASSIGN(Tensor tensor, read_npy(path, bytes));
  std::vector<Tensor> tensors;
  tensors.push_back(std::move(tensor));
  return tensors;
}

Status write_tensors(const std::string& path, std::span<const Tensor> tensors) {
  if (has_extension(path, ".npz")) {
    TENON_TRY_ASSIGN(const std::vector<std::byte> bytes, write_npz(tensors));
    return write_file(path, bytes);
  }
  if (!has_extension(path, extension)) {
    return invalid("{}: expected a name ending in .npz or .npy", path);
  }
  if (tensors.size() != 1) {
    return invalid("{}: a .npy file holds one tensor, there are {}; use .npz", path,
                   tensors.size());
  }
  TENON_TRY_ASSIGN(const std::vector<std::byte> bytes, write_npy(tensors[0]));
  return write_file(path, bytes);
}

}  // namespace tenon::files
