// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/json.h"

#include <chrono>
#include <memory>

// Templates in the subset of Jinja that chat templates use, with the settings of Hugging Face's
// tokenizers: trim_blocks, lstrip_blocks, loop controls, no escaping, nothing that changes a value.
// A template touches nothing outside, and a rendering ends after a bounded number of steps and
// bytes, which grow with its context. [any thread]
namespace tenon::text::jinja {

struct Tree;

struct RenderLimits {
  int64_t steps = 150'000;     // and 64 more for each byte of the context
  int64_t bytes = 16'000'000;  // memory and output; and 64 more for each byte of the context
};

class Template {
 public:
  static Result<Template> parse(std::string_view source);
  Template(Template&& other) noexcept;
  Template& operator=(Template&& other) noexcept;
  ~Template();

  // The text for a context: an object whose members are the template's names. `now` is what
  // strftime_now() tells.
  Result<std::string> render(const Json& context, std::chrono::sys_seconds now = {},
                             const RenderLimits& limits = {}) const;

 private:
  explicit Template(std::unique_ptr<const Tree> tree);
  std::unique_ptr<const Tree> tree_;
};

}  // namespace tenon::text::jinja
