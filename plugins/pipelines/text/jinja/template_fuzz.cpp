// SPDX-License-Identifier: Apache-2.0
#include "jinja/template.h"

// Any text parses or is refused, and what parses renders or fails, within its limits.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using tenon::Json;
  const auto parsed =
      tenon::text::jinja::Template::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed.ok()) return 0;
  static const Json context = Json::object(
      {{"messages",
        Json::array(
            {Json::object({{"role", "user"}, {"content", "Hi <b> é"}}),
             Json::object({{"role", "assistant"},
                           {"content", nullptr},
                           {"tool_calls", Json::array({Json::object(
                                              {{"function", Json::object({{"name", "f"}})}})})}}),
             Json::object({{"role", "user"}, {"content", "2nd"}})})},
       {"tools", nullptr},
       {"bos_token", "<s>"},
       {"eos_token", "</s>"},
       {"add_generation_prompt", true}});
  const auto text = parsed->render(context);
  (void)text.ok();
  return 0;
}
