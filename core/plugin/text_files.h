// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Texts that are found like plugins: model families and quantization formats lie in folders beside
// the plugins ("<plugin directory>/recipes/llama.recipe"). [any thread]
namespace tenon {

struct TextFile {
  std::string name;  // of the file, without its ending
  std::string path;
  std::string content;
};

struct TextFiles {
  std::vector<TextFile> files;                               // sorted by name
  std::vector<std::pair<std::string, std::string>> refused;  // path and reason
};

// Reads <directory>/<folder>/*<ending> of all directories. Of files with the same name the one in
// the first directory is used. Like plugins, files and folders that others could have written are
// refused.
TextFiles find_text_files(std::span<const std::string> directories, std::string_view folder,
                          std::string_view ending);

}  // namespace tenon
