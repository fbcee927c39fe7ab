// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// Files as the rest of core sees them: regular files only, opened once, of one size, and files that
// a model refers to, which must lie beside it. [any thread]
namespace tenon {

// A file descriptor that closes itself. Movable, not copyable.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }
  bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }
  void close();

 private:
  int fd_ = -1;
};

// Bytes of a file, mapped read-only until this object ends. Movable, not copyable. Views into it
// are borrowed.
class MappedFile {
 public:
  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MappedFile();
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  friend Result<MappedFile> map_descriptor(const Descriptor& file, std::string_view shown);
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> bytes_;
};

// Opens a regular file for reading; pipes, devices and directories are refused.
Result<Descriptor> open_file(const std::string& path);
// Maps an open regular file. shown: its name in messages.
Result<MappedFile> map_descriptor(const Descriptor& file, std::string_view shown);
Result<MappedFile> map_file(const std::string& path);

// Maps the file that a model at model_path names. It must lie below the directory of model_path or
// below that of the file the path leads to; symbolic links may lead only there.
Result<MappedFile> map_sibling(const std::string& model_path, std::string_view name);

// A private copy of a file of at most `limit` bytes.
Result<std::string> read_file(const std::string& path, uint64_t limit);

// Puts a file in place whole or not at all; makes its directory when there is none.
Status write_file_atomically(const std::string& path, std::string_view bytes);

}  // namespace tenon
