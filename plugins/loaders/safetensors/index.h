// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <map>
#include <string>
#include <string_view>

// Which tensor lies in which file of a sharded model: "model.safetensors.index.json". Values of
// their own. [any thread]
namespace tenon::safetensors {

struct Index {
  std::map<std::string, std::string, std::less<>> file_of;  // by tensor
  std::map<std::string, size_t> files;                      // and how many tensors each has
};

Result<Index> read_index(std::string_view text);

}  // namespace tenon::safetensors
