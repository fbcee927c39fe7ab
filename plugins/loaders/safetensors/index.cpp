// SPDX-License-Identifier: Apache-2.0
#include "index.h"

#include "tenon/json.h"

namespace tenon::safetensors {
namespace {

constexpr size_t most_index_bytes = size_t{100} << 20;
constexpr size_t most_files = 10'000;

// A file of the model's own directory.
bool is_shard_name(std::string_view name) {
  return name.size() <= 1024 && name.ends_with(".safetensors") &&
         name.find_first_of(std::string_view("/\\:\0", 4)) == name.npos && name[0] != '~' &&
         name[0] != '#' && name != ".safetensors";
}

}  // namespace

Result<Index> read_index(std::string_view text) {
  const auto json = parse_json(text, {.bytes = most_index_bytes, .depth = 16});
  if (!json.ok()) return json.status();
  const Json* map = json->find("weight_map");
  if (map == nullptr || !map->is_object()) {
    return corrupt("no \"weight_map\"; expected {{\"weight_map\": {{TENSOR: FILE, ...}}}}");
  }
  Index index;
  for (const Json::Member& member : map->members()) {
    const auto file = member.value.text();
    if (!file) {
      return corrupt("weight_map: \"{}\" is {}, expected a file name", member.name.substr(0, 200),
                     member.value.kind());
    }
    if (!is_shard_name(*file)) {
      return corrupt(
          "weight_map: \"{}\" lies in \"{}\"; expected NAME.safetensors in the same directory",
          member.name.substr(0, 200), file->substr(0, 200));
    }
    index.file_of.emplace(member.name, *file);
    ++index.files[std::string(*file)];
    if (index.files.size() > most_files) return corrupt("more than {} files", most_files);
  }
  return index;
}

}  // namespace tenon::safetensors
