// SPDX-License-Identifier: Apache-2.0
#include "tests/formats/decode_run.h"

#include "core/base/platform_file.h"

#include <gtest/gtest.h>

namespace tenon::formats {
namespace {

// What stands between fences, without those that name a language.
std::vector<std::string> examples_of(const std::string& page) {
  std::vector<std::string> examples;
  constexpr std::string_view fence = "\n```\n";
  size_t at = page.find(fence);
  while (at != std::string::npos) {
    const size_t begin = at + fence.size();
    const size_t end = page.find(fence, begin - 1);
    if (end == std::string::npos) break;
    examples.push_back(page.substr(begin, end + 1 - begin));
    at = page.find(fence, end + fence.size() - 1);
  }
  return examples;
}

TEST(PageOfFormats, its_examples_are_formats_that_mean_what_the_shipped_ones_mean) {
  const std::string directories[] = {TENON_PLUGIN_DIRECTORY};
  const Formats formats = read_formats(directories);
  const auto page = read_file(TENON_SOURCE_DIR "/docs/formats.md", 1 << 20);
  ASSERT_TRUE(page.ok()) << page.status().message();
  size_t found = 0;
  for (const std::string& example : examples_of(*page)) {
    const auto parsed = parse_quant_formats(example);
    ASSERT_TRUE(parsed.ok()) << parsed.status().message() << "\n" << example;
    for (const QuantFormat& format : *parsed) {
      const Formats::Entry* shipped = formats.find(format.name);
      ASSERT_TRUE(shipped != nullptr) << format.name;
      ASSERT_EQ(format.lines.size(), shipped->format.lines.size()) << format.name;
      for (size_t i = 0; i < format.lines.size(); ++i) {
        EXPECT_EQ(format.lines[i].name, shipped->format.lines[i].name);
        EXPECT_EQ(format.lines[i].text, shipped->format.lines[i].text);
      }
      ++found;
    }
  }
  EXPECT_EQ(found, 2U);
}

TEST(PageOfFormats, it_names_every_format) {
  const std::string directories[] = {TENON_PLUGIN_DIRECTORY};
  const Formats formats = read_formats(directories);
  const auto page = read_file(TENON_SOURCE_DIR "/docs/formats.md", 1 << 20);
  ASSERT_TRUE(page.ok()) << page.status().message();
  const std::string words = page->substr(page->find("## Formats that come with Tenon"));
  for (const auto& [name, entry] : formats.all()) {
    EXPECT_NE(words.find(name), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace tenon::formats
