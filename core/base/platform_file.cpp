// SPDX-License-Identifier: Apache-2.0
#include "core/base/platform_file.h"

#include "core/base/platform.h"
#include "core/base/text.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <limits>

namespace tenon {
namespace {

constexpr int open_flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

Result<uint64_t> size_of_regular(const Descriptor& file, std::string_view shown) {
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return io_error("{}: {}", shown, error_text(errno));
  if (!S_ISREG(facts.st_mode)) return io_error("{}: not a regular file", shown);
  return static_cast<uint64_t>(facts.st_size);
}

Status write_all(int fd, std::string_view bytes, std::string_view shown) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error("{}: {}", shown, error_text(errno));
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

}  // namespace

void Descriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

Result<Descriptor> open_file(const std::string& path) {
  if (path.find('\0') != std::string::npos)
    return invalid("{}: zero byte in path", in_quotes(path));
  Descriptor file(open(path.c_str(), open_flags));
  if (!file.valid()) return io_error("{}: {}", path, error_text(errno));
  TENON_TRY(size_of_regular(file, path).status());
  return file;
}

Result<MappedFile> map_descriptor(const Descriptor& file, std::string_view shown) {
  TENON_TRY_ASSIGN(const uint64_t size, size_of_regular(file, shown));
  if (size == 0) return MappedFile({});
  if (size > std::numeric_limits<ptrdiff_t>::max()) return io_error("{}: too large", shown);
  void* address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) return io_error("{}: cannot be mapped: {}", shown, error_text(errno));
  MappedFile mapped({static_cast<const std::byte*>(address), size});
  TENON_TRY_ASSIGN(const uint64_t size_now, size_of_regular(file, shown));
  if (size_now != size) {
    return io_error("{}: size changed from {} to {} bytes while it was opened", shown, size,
                    size_now);
  }
  return mapped;
}

Result<MappedFile> map_file(const std::string& path) {
  TENON_TRY_ASSIGN(const Descriptor file, open_file(path));
  return map_descriptor(file, path);
}

Result<std::string> read_file(const std::string& path, uint64_t limit) {
  TENON_TRY_ASSIGN(const Descriptor file, open_file(path));
  TENON_TRY_ASSIGN(const uint64_t size, size_of_regular(file, path));
  if (size > limit) return io_error("{}: {} bytes, at most {} are read", path, size, limit);
  std::string bytes(size, '\0');
  size_t filled = 0;
  while (filled < size) {
    const ssize_t got =
        pread(file.get(), bytes.data() + filled, size - filled, static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("{}: {}", path, error_text(errno));
    if (got == 0) return io_error("{}: became shorter while it was read", path);
    filled += static_cast<size_t>(got);
  }
  return bytes;
}

Status write_file_atomically(const std::string& path, std::string_view bytes) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  std::string temporary = path + ".XXXXXX";
  Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.valid()) return io_error("{}: {}", temporary, error_text(errno));
  Status status = write_all(file.get(), bytes, temporary);
  file.close();
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) {
    status = io_error("{}: {}", path, error_text(errno));
  }
  if (!status.ok()) unlink(temporary.c_str());
  return status;
}

}  // namespace tenon
