// SPDX-License-Identifier: Apache-2.0
#include "tenon/picture.h"

#include "sdk/pictures/jpeg_tables.h"

#include <array>
#include <climits>
#include <cstdlib>
#include <cstring>

namespace {

constexpr size_t max_side = 16384;
constexpr size_t max_pixels = size_t{64} << 20;
// What the decoder may ask for at once: 64 M pixels of four 16-bit channels and some rows. A small
// file cannot unfold into more.
constexpr size_t max_allocation = size_t{640} << 20;

void* bounded_alloc(size_t bytes) { return bytes > max_allocation ? nullptr : std::malloc(bytes); }
void* bounded_realloc(void* old, size_t bytes) {
  return bytes > max_allocation ? nullptr : std::realloc(old, bytes);
}

}  // namespace

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_MAX_DIMENSIONS 16384
#define STBI_ASSERT(condition) static_cast<void>(0)
#define STBI_MALLOC(bytes) bounded_alloc(bytes)
#define STBI_REALLOC(old, bytes) bounded_realloc(old, bytes)
#define STBI_FREE(pointer) std::free(pointer)
#include <stb/stb_image.h>

namespace tenon {

namespace {

bool starts_with(std::span<const std::byte> bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

std::string_view format_of(std::span<const std::byte> bytes) {
  if (starts_with(bytes, "\x89PNG\r\n\x1a\n")) return "PNG";
  if (starts_with(bytes, "\xff\xd8\xff")) return "JPEG";
  if (starts_with(bytes, "BM")) return "BMP";
  return {};
}

std::string_view reason() {
  const char* text = stbi_failure_reason();
  return text != nullptr ? std::string_view(text) : "no reason given";
}

}  // namespace

Result<Picture> decode_picture(std::string_view name, std::span<const std::byte> bytes) {
  const std::string_view format = format_of(bytes);
  if (format.empty()) {
    return unsupported("{}: not a picture that is read; expected PNG, JPEG or BMP", name);
  }
  if (bytes.size() > INT_MAX) {
    return invalid("{}: {} bytes, at most {} are read", name, bytes.size(), INT_MAX);
  }
  if (format == "JPEG") TENON_TRY(check_jpeg_tables(bytes).at(name));
  const auto* data = reinterpret_cast<const stbi_uc*>(bytes.data());
  const auto size = static_cast<int>(bytes.size());
  int width = 0, height = 0, channels = 0;
  if (stbi_info_from_memory(data, size, &width, &height, &channels) == 0) {
    return corrupt("{}: damaged {} header: {}", name, format, reason());
  }
  if (width <= 0 || height <= 0) return corrupt("{}: {} x {} pixels", name, width, height);
  const auto w = static_cast<size_t>(width), h = static_cast<size_t>(height);
  if (w > max_side || h > max_side || w * h > max_pixels) {
    return invalid("{}: {} x {} pixels, at most {} a side and {} in all; make it smaller", name,
                   width, height, max_side, max_pixels);
  }
  const int wanted = channels <= 2 ? 1 : 3;
  stbi_uc* pixels = stbi_load_from_memory(data, size, &width, &height, &channels, wanted);
  if (pixels == nullptr) return corrupt("{}: damaged {}: {}", name, format, reason());
  Picture picture{width, height, wanted, {}};
  const size_t samples = static_cast<size_t>(width) * height * wanted;
  picture.samples.assign(pixels, pixels + samples);
  std::free(pixels);
  return picture;
}

}  // namespace tenon
