// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/graph_parts.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

// Writes the graph blobs from which the checker's mutations start into a folder.
namespace {

bool write(const std::filesystem::path& path, const tenon::testing::Parts& parts) {
  const std::vector<uint64_t> words = parts.blob();
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(words.data()),
             static_cast<std::streamsize>(words.size() * 8));
  return file.good();
}

// A chain of nodes, long enough for tables of several rows.
tenon::testing::Parts chain(uint32_t length) {
  tenon::testing::Parts parts;
  const uint32_t first = parts.add_value(TENON_VALUE_INPUT, {2, 3});
  uint32_t last = first;
  for (uint32_t i = 0; i < length; ++i) {
    const uint32_t next = parts.add_value(TENON_VALUE_COMPUTED, {2, 3});
    parts.add_node({last, first}, {next});
    last = next;
  }
  parts.add_body(0, length, {first}, {last});
  return parts;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const bool written = write(folder / "sound.blob", tenon::testing::sound()) &&
                       write(folder / "nested.blob", tenon::testing::nested()) &&
                       write(folder / "chain.blob", chain(5));
  if (!written) std::fprintf(stderr, "%s: cannot be written\n", argv[1]);
  return written ? 0 : 1;
}
