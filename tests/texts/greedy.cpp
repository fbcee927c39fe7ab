// SPDX-License-Identifier: Apache-2.0
// Texts written greedily, token by token, against stored ones:
//
//   greedy_texts DEVICE REFERENCE MODEL...
//
// REFERENCE is a JSON array of {prompt, prompt_ids, greedy_ids}, where greedy_ids begins with the
// prompt's; names are relative to TENON_TEST_DATA. A line for each model: tokens that agree.
// Exit code 1 when one differs.
#include "tests/texts/model_of_texts.h"

#include "core/base/platform_file.h"

#include <fmt/format.h>

namespace {

using namespace tenon;

struct Text {
  std::vector<int32_t> prompt, all;
};

std::vector<int32_t> numbers(const Json& list) {
  std::vector<int32_t> made;
  for (const Json& number : list.array_items()) {
    made.push_back(static_cast<int32_t>(number.integer().value_or(-1)));
  }
  return made;
}

Result<std::vector<Text>> read_reference(const std::string& path) {
  TENON_TRY_ASSIGN(const MappedFile file, map_file(path));
  const auto bytes = file.bytes();
  TENON_TRY_ASSIGN(const Json rows,
                   parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  std::vector<Text> texts;
  for (const Json& row : rows.array_items()) {
    const Json* prompt = row.find("prompt_ids");
    const Json* greedy = row.find("greedy_ids");
    if (prompt == nullptr || greedy == nullptr) return invalid("{}: no greedy_ids", path);
    texts.push_back({numbers(*prompt), numbers(*greedy)});
  }
  if (texts.empty()) return invalid("{}: no texts", path);
  return texts;
}

// Tokens of the text that the model writes itself; the stored prompt counts as right.
Result<size_t> agreeing(Runs& runs, const Text& text) {
  TENON_TRY_ASSIGN(const auto pool, runs.sequences(text.all.size(), 1, 0));
  TENON_TRY_ASSIGN(const uint32_t sequence, pool->create());
  size_t right = text.prompt.size();
  std::vector<int32_t> next = text.prompt;
  while (right < text.all.size()) {
    TENON_TRY_ASSIGN(const texts::Logits logits, texts::step(*pool, sequence, next, Want::last));
    const int32_t token = texts::best(logits.row(0), logits.columns);
    if (token != text.all[right]) break;
    next = {token};
    ++right;
  }
  return right;
}

Result<bool> judge(const std::string& model, const std::string& device,
                   const std::vector<Text>& texts) {
  TENON_TRY_ASSIGN(texts::Opened opened, texts::open(model, device));
  size_t right = 0, all = 0;
  std::string parts;
  for (const Text& text : texts) {
    TENON_TRY_ASSIGN(const size_t one, agreeing(*opened.runs, text));
    right += one;
    all += text.all.size();
    parts += fmt::format(" {}/{}", one, text.all.size());
  }
  fmt::print("{} of {} tokens ({} ) {}\n", right, all, parts, model);
  return right == all;
}

}  // namespace

int main(int count, char** words) {
  if (count < 4) return 2;
  const std::filesystem::path data = texts::test_data();
  if (!std::filesystem::exists(data / words[2])) {
    fmt::print("SKIPPED: {} is not there; set TENON_TEST_DATA\n", (data / words[2]).string());
    return 0;
  }
  const auto reference = read_reference(data / words[2]);
  if (!reference.ok()) {
    fmt::print("{}\n", reference.status().message());
    return 2;
  }
  bool right = true;
  for (int i = 3; i < count; ++i) {
    const auto judged = judge(data / words[i], words[1], *reference);
    if (!judged.ok()) fmt::print("{}: {}\n", words[i], judged.status().message());
    right &= judged.ok() && *judged;
  }
  return right ? 0 : 1;
}
