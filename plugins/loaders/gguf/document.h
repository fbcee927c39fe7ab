// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/gguf.h"

#include <string>

// Metadata as a JSON text for recipes. [any thread]
namespace tenon::gguf {

// Nested by the dots of the keys: "llama.attention.head_count" is a member of a member of "llama".
// A key that is also the beginning of others ("a" and "a.b") lies beside them under an empty name.
// Arrays of strings or of more than 1024 elements, and texts that are no UTF-8, are left out.
std::string document_of(const Header& header);

}  // namespace tenon::gguf
