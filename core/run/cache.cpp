// SPDX-License-Identifier: Apache-2.0
// Blocks kept between runs: one file a key, named by the key's hash, written aside and renamed. The
// file repeats the key and a checksum, so a damaged or foreign file is a miss.
#include "core/run/services.h"

#include "core/base/border.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <vector>

namespace tenon {
namespace {

constexpr uint64_t most_bytes = 64u << 20;  // of one block
constexpr char magic[8] = {'T', 'E', 'N', 'O', 'N', 'C', 'A', '1'};

struct Place {
  std::mutex mutex;
  std::string directory;
  bool chosen = false;
};

Place& place() {
  static Place made;
  return made;
}

uint64_t checksum(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return hash;
}

std::filesystem::path path_of(std::string_view key) {
  const std::string directory = block_directory();
  if (directory.empty()) return {};
  return std::filesystem::path(directory) / "blocks" /
         fmt::format("{:016x}{:08x}", checksum(key), static_cast<uint32_t>(key.size()));
}

struct Header {
  char magic[8];
  uint64_t key_bytes, bytes, sum;
};

Status read_block(std::string_view key, std::string& block) {
  const auto path = path_of(key);
  const auto miss = [] { return unsupported("not in the cache"); };
  if (path.empty()) return miss();
  std::ifstream file(path, std::ios::binary);
  Header header{};
  if (!file.read(reinterpret_cast<char*>(&header), sizeof header) ||
      std::memcmp(header.magic, magic, sizeof magic) != 0 || header.key_bytes != key.size() ||
      header.bytes > most_bytes) {
    return miss();
  }
  std::string stored(header.key_bytes, '\0');
  block.resize(header.bytes);
  if (!file.read(stored.data(), static_cast<std::streamsize>(stored.size())) || stored != key ||
      !file.read(block.data(), static_cast<std::streamsize>(block.size())) ||
      checksum(block) != header.sum) {
    return miss();
  }
  return {};
}

Status write_block(std::string_view key, std::string_view block) {
  const auto path = path_of(key);
  if (path.empty() || block.size() > most_bytes) return unsupported("not kept");
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  const auto aside = path.string() + fmt::format(".{}", getpid());
  Header header{{}, key.size(), block.size(), checksum(block)};
  std::memcpy(header.magic, magic, sizeof magic);
  std::ofstream file(aside, std::ios::binary);
  file.write(reinterpret_cast<const char*>(&header), sizeof header);
  file.write(key.data(), static_cast<std::streamsize>(key.size()));
  file.write(block.data(), static_cast<std::streamsize>(block.size()));
  file.close();
  if (file.fail()) {
    std::filesystem::remove(aside, error);
    return io_error("{}: cannot write", aside);
  }
  std::filesystem::rename(aside, path, error);
  return error ? io_error("{}: {}", path.string(), error.message()) : Status();
}

}  // namespace

void set_block_directory(std::string directory) {
  const std::lock_guard lock(place().mutex);
  place().directory = std::move(directory);
  place().chosen = true;
}

std::string block_directory() {
  const std::lock_guard lock(place().mutex);
  if (place().chosen) return place().directory;
  if (const char* base = secure_getenv("XDG_CACHE_HOME"); base != nullptr && base[0] == '/') {
    return std::string(base) + "/tenon";
  }
  const char* home = secure_getenv("HOME");
  return home != nullptr && home[0] == '/' ? std::string(home) + "/.cache/tenon" : std::string();
}

const tenon_cache& cache_table() {
  static const tenon_cache table = {
      .size = sizeof(tenon_cache),
      .reserved = 0,
      .get = [](tenon_str key, const tenon_byte_sink* sink) -> tenon_status {
        return at_border([&]() -> Status {
          std::string block;
          TENON_TRY(read_block(to_view(key), block));
          const tenon_status code = sink->write(sink->context, block.data(), block.size());
          return code == TENON_OK ? Status() : Status(static_cast<Code>(code), "cache sink");
        });
      },
      .put = [](tenon_str key, const void* data, uint64_t bytes) -> tenon_status {
        return at_border([&] {
          return write_block(to_view(key), {static_cast<const char*>(data), bytes});
        });
      },
  };
  return table;
}

}  // namespace tenon
