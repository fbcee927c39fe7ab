// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/engine.h"

#include "tenon/status.h"

#include <string>
#include <string_view>
#include <vector>

// Models that are directories. Which file of one is opened, its loaders' manifests say ("entries").
// [any thread]
namespace tenon {

// What one loader opens a directory by: file names, or patterns with * and ?, best first.
struct EntryRule {
  std::string loader;
  std::vector<std::string> entries;
};

// The file of `names` to open: the first name that is there, taking each loader's in turn, else the
// only file that a pattern matches. shown: the directory, for messages.
Result<std::string> choose_entry(std::string_view shown, const std::vector<EntryRule>& rules,
                                 const std::vector<std::string>& names);

// The path itself, or when it is a directory that of the file in it to open. loader: only by the
// entries of this one; empty: of all.
Result<std::string> path_to_open(Engine& engine, const std::string& path, std::string_view loader);

}  // namespace tenon
