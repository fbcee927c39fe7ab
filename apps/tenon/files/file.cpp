// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/files/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace tenon::files {

namespace {

// An open descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

Status last_error(std::string_view path) { return io_error("{}: {}", path, std::strerror(errno)); }

Status write_all(const std::string& path, int descriptor, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(descriptor, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return last_error(path);
    bytes = bytes.subspan(static_cast<size_t>(done));
  }
  return {};
}

bool is_special(const std::string& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode);
}

}  // namespace

Result<std::vector<std::byte>> read_file(const std::string& path, uint64_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.number() < 0) return last_error(path);
  struct stat facts {};
  if (::fstat(file.number(), &facts) != 0) return last_error(path);
  if (!S_ISREG(facts.st_mode)) return io_error("{}: not a regular file", path);
  const auto size = static_cast<uint64_t>(facts.st_size);
  if (size > max_bytes) return io_error("{}: {} bytes, at most {} are read", path, size, max_bytes);
  std::vector<std::byte> bytes(size);
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t done = ::read(file.number(), bytes.data() + filled, bytes.size() - filled);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return last_error(path);
    if (done == 0) return io_error("{}: became shorter while it was read", path);
    filled += static_cast<size_t>(done);
  }
  return bytes;
}

Status write_file(const std::string& path, std::span<const std::byte> bytes) {
  if (is_special(path)) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    return file.number() < 0 ? last_error(path) : write_all(path, file.number(), bytes);
  }
  const std::string beside = fmt::format("{}.{}.part", path, ::getpid());
  Status status;
  {
    const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.number() < 0) return last_error(path);
    status = write_all(path, file.number(), bytes);
  }
  if (status.ok() && ::rename(beside.c_str(), path.c_str()) != 0) status = last_error(path);
  if (!status.ok()) ::unlink(beside.c_str());
  return status;
}

bool has_extension(std::string_view path, std::string_view extension) {
  if (path.size() < extension.size()) return false;
  return std::ranges::equal(path.substr(path.size() - extension.size()), extension,
                            [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
}

}  // namespace tenon::files
