// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/loader.h"
#include "tenon/status.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

// Bytes of a model: its file, the files beside it, and blocks that a loader decoded. A loader reads
// through tenon_source_table only. Sources live as long as the set; what they point to is shared.

namespace tenon {
class SourceSet;
}

// One file or block.
struct tenon_source {
  tenon::SourceSet* set = nullptr;
  std::string name;
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
};

namespace tenon {

class SourceSet {
 public:
  // Opens another file of the model by relative name; the rules of where it may lie are its own.
  using Opener = std::function<Result<tenon_source>(std::string_view name)>;

  explicit SourceSet(Opener open_sibling) : open_sibling_(std::move(open_sibling)) {}
  SourceSet(const SourceSet&) = delete;
  SourceSet& operator=(const SourceSet&) = delete;

  tenon_source* add(tenon_source source);
  Result<tenon_source*> sibling(std::string_view name);
  // Bytes of all sources so far: what a builder may let a loader decode is measured by it.
  uint64_t bytes() const;

  static const tenon_source_table& table();

 private:
  Opener open_sibling_;
  std::vector<std::unique_ptr<tenon_source>> sources_;
};

}  // namespace tenon
