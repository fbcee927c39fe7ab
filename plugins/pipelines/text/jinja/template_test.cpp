// SPDX-License-Identifier: Apache-2.0
#include "jinja/template.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace tenon::text::jinja {
namespace {

// The text for a context, or "error: ..." where there is none.
std::string render(std::string_view source, const Json& context = Json::object()) {
  const auto parsed = Template::parse(source);
  if (!parsed.ok()) return fmt::format("error: {}", parsed.status().message());
  const auto text = parsed->render(context);
  return text.ok() ? *text : fmt::format("error: {}", text.status().message());
}

std::filesystem::path reference() {
  const char* given = std::getenv("TENON_TEST_DATA");
  const std::filesystem::path data =
      given != nullptr ? given : std::filesystem::path(TENON_SOURCE_DIR) / "../shared/data";
  return data / "../reference";
}

TEST(Template, renders_every_stored_case_as_the_reference_did) {
  const auto path = reference() / "tokenizer-fixtures/chat-template-vectors.json";
  std::ifstream file(path);
  if (!file) GTEST_SKIP() << "SKIPPED: " << path << " is not there; set TENON_TEST_DATA";
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto vectors = parse_json(text);
  ASSERT_TRUE(vectors.ok()) << vectors.status().message();
  size_t right = 0;
  for (const Json& row : vectors->array("cases")) {
    const std::string made = render(row.text("template"), *row.find("context"));
    if (row.find("error") == nullptr) {
      EXPECT_EQ(made, row.text("output")) << row.text("name");
      right += made == row.text("output");
      continue;
    }
    const std::string_view error = row.text("error");
    const bool found =
        made.starts_with("error: ") && made.find(error.substr(error.find(": ") + 2)) != made.npos;
    EXPECT_TRUE(found) << row.text("name") << ": " << made;
    right += found;
  }
  EXPECT_EQ(right, vectors->array("cases").size());
  EXPECT_GE(right, 58u);
}

TEST(Template, white_space_goes_as_signs_say) {
  EXPECT_EQ(render("  {% if true %}\n  a\n  {% endif %}\n"), "  a\n");
  EXPECT_EQ(render("a {%- raw %} {{ x }} {%- endraw -%} b"), "a {{ x }}b");
  EXPECT_EQ(render("x\n  {#- gone -#}  \ny"), "xy");
  EXPECT_EQ(render("a\r\nb\r\n"), "a\nb");
}

TEST(Template, names_are_seen_from_inside_and_do_not_leave) {
  EXPECT_EQ(render("{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = i %}{{ x }}"
                   "{% endfor %}{{ x }}"),
            "11121");
  EXPECT_EQ(render("{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a }}"), "3");
  EXPECT_EQ(render("{% macro m() %}{{ x }}{% endmacro %}{% set x = 4 %}{{ m() }}"), "4");
}

TEST(Template, loops_over_trees_call_themselves) {
  const Json context = Json::object(
      {{"t",
        Json::array(
            {Json::object(
                 {{"n", 1}, {"c", Json::array({Json::object({{"n", 2}, {"c", Json::array()}})})}}),
             Json::object({{"n", 3}, {"c", Json::array()}})})}});
  EXPECT_EQ(render("{% for i in t recursive %}{{ loop.depth }}{{ i.n }}({{ loop(i.c) }})"
                   "{% endfor %}",
                   context),
            "11(22())13()");
}

TEST(Template, arithmetic_is_that_of_python) {
  EXPECT_EQ(render("{{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 2 ** -1 }} {{ 7.5 // 2 }}"),
            "-4 2 -2 0.5 3.0");
  EXPECT_EQ(render("{{ 9223372036854775807 + 1 }}"),
            "error: line 1: the result of \"+\" is no number of 64 bits");
  EXPECT_EQ(render("{{ 1 / 0 }}"), "error: line 1: division by zero");
}

TEST(Template, texts_are_counted_in_characters) {
  EXPECT_EQ(render("{{ 'äöü'|length }}{{ 'äöü'[1] }}{{ 'äöü'[::-1] }}{{ 'äöü'.upper() }}"),
            "3öüöäÄÖÜ");
}

TEST(Template, printf_forms_and_dates) {
  EXPECT_EQ(render("{{ '%5.1f|%-4s|%03d|%%' % (2.25, 'a', 7) }}"), "  2.2|a   |007|%");
  const auto parsed = Template::parse("{{ strftime_now('%d %b %Y, %A %-d.%-m. %H:%M') }}");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed->render({}, std::chrono::sys_seconds(std::chrono::seconds(1709210096))),
            "29 Feb 2024, Thursday 29.2. 12:34");
}

TEST(Template, errors_name_the_line_what_was_found_and_what_was_expected) {
  EXPECT_EQ(render("a\n{% for x y %}"), "error: line 2: found \"y\", expected \"in\"");
  EXPECT_EQ(render("a\nb {{ x"), "error: line 2: a tag that is never closed, expected \"}}\"");
  EXPECT_EQ(render("{% if x %}"), "error: line 1: found the end, expected \"{% endif %}\"");
  EXPECT_EQ(render("\n\n{{ 1|nothing }}"), "error: line 3: no filter named 'nothing'");
  EXPECT_EQ(render("{% include 'x' %}"),
            "error: line 1: \"include\": a chat template reads no other files");
}

}  // namespace
}  // namespace tenon::text::jinja
