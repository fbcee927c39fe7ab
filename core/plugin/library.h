// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/plugin.h"
#include "tenon/status.h"

#include <string>

// Opens plugin files as libraries. What is opened stays open until the process ends. [any thread]
namespace tenon {

// The plugin's own table: opened by absolute path, its entry called, every member checked.
Result<const tenon_plugin*> open_library(const std::string& path);

// Whether a plugin's table is one that this host understands.
Status check_plugin_table(const tenon_plugin* plugin);

// The size that a table of a known interface must state; 0 for interfaces unknown here.
uint32_t table_size(std::string_view interface);
// Whether a table that a plugin answered is one that this host understands.
Status check_table(std::string_view interface, const void* table);

}  // namespace tenon
