// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/elf_manifest.h"
#include "core/plugin/manifest.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto facts = tenon::read_elf(std::as_bytes(std::span(data, size)));
  if (facts.ok()) (void)tenon::parse_manifest(facts->manifest);
  return 0;
}
