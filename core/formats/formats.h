// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include "tenon/json.h"
#include "tenon/quant_format.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The quantization formats that were found beside the plugins, by name. Filled once by the engine,
// then only read. [any thread]
namespace tenon {

class Formats {
 public:
  // One format, where it was read, and its tables as constants that all graphs share.
  struct Entry {
    QuantFormat format;
    std::string path;
    std::vector<std::shared_ptr<const Constant>> tables;
  };

  // Adds the formats of a file. A file that does not parse is refused whole, and a format whose
  // name is taken: both are kept with the reason.
  void add(const std::string& path, std::string_view content);
  void refuse(const std::string& path, std::string_view reason);

  // Null when there is none. [borrowed]
  const Entry* find(std::string_view name) const;
  // The same, or an error that names all there are.
  Result<const Entry*> get(std::string_view name) const;
  const std::map<std::string, Entry, std::less<>>& all() const { return entries_; }
  // Paths and why they, or something in them, are not used.
  const std::vector<std::pair<std::string, std::string>>& refused() const { return refused_; }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<std::pair<std::string, std::string>> refused_;
};

// What a document has at a path such as "config_groups.*.weights.num_bits", in which * stands for
// any member or element; null when there is nothing or JSON's null. [borrowed]
const Json* json_at(const Json& document, std::string_view path);

// Whether a configuration ("quantization_config") fits the conditions of a format.
bool fits(const QuantFormat& format, const Json& configuration);

// The options of a format as a configuration gives them. An error names one that is missing.
Result<std::map<std::string, double, std::less<>>> quant_options(const QuantFormat& format,
                                                                 const Json& configuration);

}  // namespace tenon
