// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstddef>
#include <span>

// The decoder of Debian 12 trusts the lengths inside a JPEG's Huffman tables and writes past its
// own; so every table is looked at before. [any thread]
namespace tenon {

// Follows the segments as the decoder does. No table may name more than 256 symbols.
Status check_jpeg_tables(std::span<const std::byte> bytes);

}  // namespace tenon
