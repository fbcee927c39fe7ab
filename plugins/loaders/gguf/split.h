// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/gguf.h"

#include <string>
#include <string_view>

// Files in parts: "NAME-00001-of-00003.gguf" and its siblings. [any thread]
namespace tenon::gguf {

struct Split {
  uint32_t count = 1;
  std::string stem;  // "NAME"

  // Of the part with this number, from 0.
  std::string name_of(uint32_t no) const;
};

// What a first part says; a file that is no part counts 1. Fails for a later part.
Result<Split> split_of(const Header& header, std::string_view file_name);

// Whether a later part is the one expected.
Status check_part(const Header& header, const Split& split, uint32_t no);

// Whether all parts together hold as many tensors as the first one promised.
Status check_total(const Header& first, uint64_t tensors);

}  // namespace tenon::gguf
