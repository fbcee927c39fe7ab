// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/library.h"

#include "tenon/abi/draft/loader.h"
#include "tenon/abi/draft/pipeline.h"
#include "tenon/abi/draft/programs.h"

#include <cstring>

namespace tenon {
namespace {

// Every table begins with its size and is otherwise an array of function pointers.
struct TableHead {
  uint32_t size;
  uint32_t reserved;
};

}  // namespace

uint32_t table_size(std::string_view interface) {
  if (interface == TENON_BACKEND_ID) return sizeof(tenon_backend);
  if (interface == TENON_PROGRAMS_ID) return sizeof(tenon_programs);
  if (interface == TENON_LOADER_ID) return sizeof(tenon_loader);
  if (interface == TENON_PIPELINE_ID) return sizeof(tenon_pipeline);
  return 0;
}

Status check_table(std::string_view interface, const void* table) {
  if (table == nullptr) return invalid("its manifest names {}, but it answers none", interface);
  const uint32_t expected = table_size(interface);
  if (expected == 0) return {};
  TableHead head{};
  std::memcpy(&head, table, sizeof head);
  if (head.size != expected) {
    return version_mismatch("its table {} states {} bytes, expected {}", interface, head.size,
                            expected);
  }
  const char* members = static_cast<const char*>(table) + sizeof head;
  for (uint32_t offset = 0; offset < expected - sizeof head; offset += sizeof(void*)) {
    const void* function = nullptr;
    std::memcpy(&function, members + offset, sizeof function);
    if (function == nullptr) {
      return invalid("its table {} lacks function {}", interface, offset / sizeof(void*));
    }
  }
  return {};
}

}  // namespace tenon
