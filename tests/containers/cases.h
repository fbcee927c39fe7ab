// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/tenon.hpp"

#include <filesystem>
#include <string>

// What the program container_files does with files; see main.cpp. One thread.
namespace tenon::containers {

// An engine on the plugins of this build.
Engine make_engine();

// Loads and inspects a file as `tenon inspect` does. What went wrong, or "".
std::string look_at(const Engine& engine, const std::filesystem::path& path);

// Every file of an INDEX.tsv below the folder gets the verdict that its row expects.
bool check_verdicts(const Engine& engine, const std::filesystem::path& folder);

// Every GGUF and safetensors file below the folder opens, or is refused for a reason known here.
bool check_opens(const Engine& engine, const std::filesystem::path& folder);

// Writes a sparse file of 7 billion weights there, inspects it, and prints time and memory.
bool check_large(const Engine& engine, const std::filesystem::path& file);

}  // namespace tenon::containers
