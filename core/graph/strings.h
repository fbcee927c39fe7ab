// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// Texts by number. A string tensor is an i32 tensor of numbers of its model's pool, so that kernels
// which only move or compare elements need not know texts. Equal texts have equal numbers; 0 is the
// empty text. Texts of a model stay; texts of runs go when no run is under way. [any thread]
namespace tenon {

class StringPool {
 public:
  StringPool();
  StringPool(const StringPool&) = delete;
  StringPool& operator=(const StringPool&) = delete;

  // The number of a text that stays as long as the pool.
  int32_t keep(std::string_view text);
  // The number of a text that stays until the last Lease ends.
  int32_t add(std::string_view text);
  // The text; valid as long as the number is. A number that the pool did not give is the empty
  // text.
  std::string_view text(int32_t number) const;
  size_t size() const;  // texts that are there now

  // Held by a run: no number goes away meanwhile.
  class Lease {
   public:
    explicit Lease(StringPool& pool);
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();

   private:
    StringPool& pool_;
  };

 private:
  struct Entry {
    std::string text;
    bool used = false;
    bool kept = false;
  };

  int32_t number(std::string_view text, bool kept);
  void end_of_run();

  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
  std::unordered_map<std::string_view, int32_t> numbers_;
  std::vector<int32_t> transient_, free_;
  size_t runs_ = 0;
};

}  // namespace tenon
