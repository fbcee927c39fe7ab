// SPDX-License-Identifier: Apache-2.0
// The same tokens on different ways through a model must give the same bits:
//
//   text_paths DEVICE MODEL [TOKENS]
//
// The reference way is one token at a time in pages of 64. Others: all at once, in chunks, in pages
// of 16 and of 7, beside other sequences, after a fork, after going back, after save and restore.
// Exit code 1 when a logit differs in any bit.
#include "tests/texts/model_of_texts.h"

#include <fmt/format.h>

#include <cstring>
#include <functional>

namespace {

using namespace tenon;
using texts::Logits;
using Tokens = std::vector<int32_t>;

Tokens part(const Tokens& tokens, size_t begin, size_t end) {
  return {tokens.begin() + static_cast<std::ptrdiff_t>(begin),
          tokens.begin() + static_cast<std::ptrdiff_t>(std::min(end, tokens.size()))};
}

// Logits of all tokens from `begin` on, appended in chunks.
Result<Logits> write(Sequences& pool, uint32_t sequence, const Tokens& tokens, size_t begin,
                     size_t chunk) {
  Logits all;
  for (size_t at = begin; at < tokens.size(); at += chunk) {
    TENON_TRY_ASSIGN(const Logits some,
                     texts::step(pool, sequence, part(tokens, at, at + chunk), Want::all));
    all.columns = some.columns;
    all.rows += some.rows;
    all.values.insert(all.values.end(), some.values.begin(), some.values.end());
  }
  return all;
}

class Ways {
 public:
  Ways(Runs& runs, const Tokens& tokens) : runs_(runs), tokens_(tokens) {}

  Status all() {
    TENON_TRY_ASSIGN(expected_, alone(1, 64));
    TENON_TRY(way("at once", [&] { return alone(tokens_.size(), 64); }));
    TENON_TRY(way("in chunks of 5", [&] { return alone(5, 64); }));
    TENON_TRY(way("one by one in pages of 16", [&] { return alone(1, 16); }));
    TENON_TRY(way("in chunks of 9 in pages of 7", [&] { return alone(9, 7); }));
    TENON_TRY(way("beside two others", [&] { return beside(); }));
    TENON_TRY(way("in a fork", [&] { return forked(); }));
    TENON_TRY(way("after going back", [&] { return gone_back(); }));
    TENON_TRY(way("saved and restored in other pages", [&] { return restored(); }));
    return {};
  }
  bool right() const { return right_; }

 private:
  Result<std::unique_ptr<Sequences>> pool(uint32_t sequences, uint32_t page) {
    return runs_.sequences(tokens_.size() * sequences + 2 * page, sequences, page);
  }

  Result<Logits> alone(size_t chunk, uint32_t page) {
    TENON_TRY_ASSIGN(const auto made, pool(1, page));
    TENON_TRY_ASSIGN(const uint32_t sequence, made->create());
    return write(*made, sequence, tokens_, 0, chunk);
  }

  // Three sequences in one step, the middle one is looked at; the others run ahead.
  Result<Logits> beside() {
    TENON_TRY_ASSIGN(const auto made, pool(3, 64));
    uint32_t sequences[3];
    for (uint32_t& sequence : sequences) {
      TENON_TRY_ASSIGN(sequence, made->create());
    }
    Logits all;
    for (size_t at = 0; at < tokens_.size(); at += 4) {
      const Tokens before = part(tokens_, at, at + 1), own = part(tokens_, at, at + 4);
      const Tokens behind = part(tokens_, at / 4, at / 4 + 1);
      const StepEntry entries[] = {{sequences[0], before, Want::last},
                                   {sequences[1], own, Want::all},
                                   {sequences[2], behind, Want::none}};
      size_t call = 0;
      TENON_TRY(made->step(entries,
                           [&](const HostTensor& tensor) -> Status {
                             if (call++ != 1) return {};
                             all.rows += tensor.dims[0];
                             all.columns = tensor.dims[1];
                             const auto* values = reinterpret_cast<const float*>(tensor.data.get());
                             all.values.insert(all.values.end(), values,
                                               values + tensor.elements());
                             return {};
                           },
                           {}));
    }
    return all;
  }

  Result<Logits> joined(Logits first, const Result<Logits>& second) {
    if (!second.ok()) return second.status();
    first.rows += second->rows;
    first.values.insert(first.values.end(), second->values.begin(), second->values.end());
    return first;
  }

  Result<Logits> forked() {
    TENON_TRY_ASSIGN(const auto made, pool(2, 16));
    TENON_TRY_ASSIGN(const uint32_t trunk, made->create());
    const size_t half = tokens_.size() / 2 + 3;
    TENON_TRY_ASSIGN(Logits first, write(*made, trunk, part(tokens_, 0, half), 0, 4));
    TENON_TRY_ASSIGN(const uint32_t branch, made->fork(trunk));
    // The trunk goes another way first: its writes must not be seen in the branch.
    TENON_TRY(write(*made, trunk, Tokens(6, tokens_[1]), 0, 2).status());
    return joined(std::move(first), write(*made, branch, tokens_, half, 3));
  }

  Result<Logits> gone_back() {
    TENON_TRY_ASSIGN(const auto made, pool(1, 16));
    TENON_TRY_ASSIGN(const uint32_t sequence, made->create());
    const size_t half = tokens_.size() / 2;
    TENON_TRY_ASSIGN(Logits first, write(*made, sequence, part(tokens_, 0, half), 0, 8));
    TENON_TRY(write(*made, sequence, Tokens(9, tokens_[2]), 0, 9).status());
    const Status back = made->truncate(sequence, half);
    if (back.code() == Code::unsupported) {
      // A recurrent state: only to the beginning.
      TENON_TRY(made->truncate(sequence, 0));
      return write(*made, sequence, tokens_, 0, 6);
    }
    TENON_TRY(back);
    return joined(std::move(first), write(*made, sequence, tokens_, half, 6));
  }

  Result<Logits> restored() {
    TENON_TRY_ASSIGN(const auto made, pool(1, 16));
    TENON_TRY_ASSIGN(const auto other, pool(2, 64));
    TENON_TRY_ASSIGN(const uint32_t from, made->create());
    TENON_TRY(other->create().status());
    TENON_TRY_ASSIGN(const uint32_t to, other->create());
    const size_t half = tokens_.size() / 2 + 1;
    TENON_TRY_ASSIGN(Logits first, write(*made, from, part(tokens_, 0, half), 0, 8));
    TENON_TRY_ASSIGN(const auto bytes, made->save(from));
    TENON_TRY(other->restore(to, bytes));
    return joined(std::move(first), write(*other, to, tokens_, half, 6));
  }

  Status way(std::string_view name, const std::function<Result<Logits>()>& take) {
    TENON_TRY_ASSIGN(const Logits got, take());
    size_t differ = got.values.size() == expected_.values.size() ? 0 : expected_.values.size();
    for (size_t i = 0; differ == 0 && i < got.values.size(); ++i) {
      differ += std::memcmp(&got.values[i], &expected_.values[i], sizeof(float)) != 0 ? 1 : 0;
    }
    right_ &= differ == 0;
    fmt::print("{}: {} rows, {}\n", name, got.rows, differ == 0 ? "the same bits" : "DIFFERENT");
    return {};
  }

  Runs& runs_;
  const Tokens& tokens_;
  Logits expected_;
  bool right_ = true;
};

int judge(const std::string& device, const std::string& model, const Tokens& tokens) {
  auto opened = texts::open(model, device);
  if (!opened.ok()) {
    fmt::print("{}\n", opened.status().message());
    return 2;
  }
  Ways ways(*opened->runs, tokens);
  const Status status = ways.all();
  if (!status.ok()) {
    fmt::print("{}\n", status.message());
    return 2;
  }
  return ways.right() ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 2;
  const std::filesystem::path data = texts::test_data();
  if (!std::filesystem::exists(data / words[2])) {
    fmt::print("SKIPPED: {} is not there; set TENON_TEST_DATA\n", (data / words[2]).string());
    return 0;
  }
  const int most = count > 3 ? std::atoi(words[3]) : 80;
  Tokens tokens;
  for (int i = 0; i < most; ++i) tokens.push_back(i == 0 ? 1 : 3 + (i * 37 + i * i * 5) % 250);
  return judge(words[1], data / words[2], tokens);
}
