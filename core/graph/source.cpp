// SPDX-License-Identifier: Apache-2.0
#include "core/graph/source.h"

#include "core/base/border.h"

namespace tenon {

tenon_source* SourceSet::add(tenon_source source) {
  source.set = this;
  sources_.push_back(std::make_unique<tenon_source>(std::move(source)));
  return sources_.back().get();
}

Result<tenon_source*> SourceSet::sibling(std::string_view name) {
  for (const auto& source : sources_) {
    if (source->name == name) return source.get();
  }
  TENON_TRY_ASSIGN(tenon_source source, open_sibling_(name));
  source.name = name;
  return add(std::move(source));
}

uint64_t SourceSet::bytes() const {
  uint64_t sum = 0;
  for (const auto& source : sources_) sum += source->bytes.size();
  return sum;
}

const tenon_source_table& SourceSet::table() {
  static const tenon_source_table table = {
      .size = sizeof(tenon_source_table),
      .reserved = 0,
      .bytes = [](tenon_source* source) -> uint64_t { return source->bytes.size(); },
      .map = [](tenon_source* source, uint64_t offset, uint64_t bytes,
                const void** data) -> tenon_status {
        return at_border([&]() -> Status {
          const uint64_t size = source->bytes.size();
          if (offset > size || bytes > size - offset) {
            return corrupt("{}: bytes {} to {}+{} are beyond its end at {}", source->name, offset,
                           offset, bytes, size);
          }
          *data = source->bytes.data() + offset;
          return {};
        });
      },
      .sibling = [](tenon_source* source, tenon_str name, tenon_source** other) -> tenon_status {
        return at_border([&]() -> Status {
          TENON_TRY_ASSIGN(*other, source->set->sibling(to_view(name)));
          return {};
        });
      },
      .name = [](tenon_source* source) -> tenon_str { return to_str(source->name); },
  };
  return table;
}

}  // namespace tenon
