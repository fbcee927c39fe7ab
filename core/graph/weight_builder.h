// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/source.h"
#include "core/graph/weight_file.h"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

// The part of the builder that containers of weights use: checks each tensor and document that a
// loader names and keeps where it lies. One thread.
namespace tenon {

// Bytes of a source under a name, for pipelines.
struct HandedOn {
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
};
using HandedOnByName = std::map<std::string, HandedOn, std::less<>>;

class WeightBuilder {
 public:
  Status stored(std::string_view name, StoredTensor tensor, const tenon_source& source,
                uint64_t offset, uint64_t bytes);
  Status document(std::string_view name, std::string_view json);
  Status companion(std::string_view name, const tenon_source& source, uint64_t offset,
                   uint64_t bytes);

  WeightFile& file() { return file_; }
  const WeightFile& file() const { return file_; }
  HandedOnByName& companions() { return companions_; }

 private:
  WeightFile file_;
  HandedOnByName companions_;
};

}  // namespace tenon
