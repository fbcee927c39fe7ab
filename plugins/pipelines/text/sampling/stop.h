// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Ends a streamed text where one of some texts appears. What could be the beginning of one is held
// back until it is clear. One thread at a time.
namespace tenon::text {

class StopStrings {
 public:
  // Empty texts are passed over.
  explicit StopStrings(std::vector<std::string> stops);

  // The part of the text that is safe to show now. After a stop nothing more comes.
  std::string push(std::string_view text);
  // What was held back, when the text ends without a stop.
  std::string finish();
  // The text that ended it.
  const std::optional<std::string>& stopped() const { return stopped_; }

 private:
  std::vector<std::string> stops_;
  std::string held_;
  std::optional<std::string> stopped_;
};

}  // namespace tenon::text
