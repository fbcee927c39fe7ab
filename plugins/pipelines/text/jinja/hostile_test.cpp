// SPDX-License-Identifier: Apache-2.0
#include "jinja/template.h"

#include <gtest/gtest.h>

#include <chrono>

// Templates that want to run for ever, to fill the memory or to bring the program down.
namespace tenon::text::jinja {
namespace {

std::string repeat(std::string_view part, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += part;
  return text;
}

// `text` inside count loops over `items`.
std::string loops(std::string_view items, std::string_view text, size_t count) {
  return repeat(fmt::format("{{% for x in {} %}}", items), count) + std::string(text) +
         repeat("{% endfor %}", count);
}

void endless_loops(std::vector<std::string>& out) {
  for (const std::string_view body :
       {"x", "{{ x }}", "{% set y = x %}", "{% if x %}a{% else %}b{% endif %}", "{{ 'a' ~ x }}",
        "{{ [x, x] }}", "{{ {'a': x}|tojson }}", "{{ x is odd }}"}) {
    out.push_back(loops("range(1000)", body, 3));
    out.push_back(loops("range(99999)", body, 2));
    out.push_back(loops("'abcdefghijklmnopqrstuvwxyz'", body, 8));
    out.push_back(loops("range(0, 90000, 2)", body, 4));
  }
  for (size_t depth = 6; depth < 30; depth += 2) {
    out.push_back(loops("[1, 2, 3, 4, 5, 6, 7, 8, 9]", "x", depth));
  }
}

void giant_numbers(std::vector<std::string>& out) {
  for (const std::string_view count : {"100001", "10**9", "10**18", "9223372036854775807"}) {
    out.push_back(fmt::format("{{% for x in range({}) %}}x{{% endfor %}}", count));
    out.push_back(fmt::format("{{{{ range(-{})|list|length }}}}", count) + "{{ 1 / 0 }}");
    out.push_back(fmt::format("{{{{ range(0, -({}), -1)|sum }}}}", count));
    out.push_back(fmt::format("{{{{ 'ab' * 99 * {} }}}}", count));
    out.push_back(fmt::format("{{{{ [1, 2] * 99 * {} }}}}", count));
    out.push_back(fmt::format("{{{{ 'a'|center({}) }}}}", count));
    out.push_back(fmt::format("{{{{ 'a\\nb'|indent({}) }}}}", count));
    out.push_back(fmt::format("{{{{ '%{}d' % 1 }}}}", "9999"));
    out.push_back(fmt::format("{{{{ [[1]]|tojson(indent={}) }}}}", count));
    out.push_back(fmt::format("{{{{ 'a'.zfill({}) }}}}", count));
    out.push_back(fmt::format("{{{{ 'a'.rjust({}) }}}}", count));
    out.push_back(fmt::format("{{{{ 7 ** {} }}}}", count));
    out.push_back(fmt::format("{{{{ [1]|batch({}, 0) }}}}", count));
  }
}

void growing_values(std::vector<std::string>& out) {
  const auto looped = [](std::string_view start, std::string_view step) {
    return fmt::format(
        "{{% set n = namespace(v={}) %}}{{% for i in range(99999) %}}{{% set n.v = {} %}}"
        "{{% endfor %}}{{{{ n.v }}}}",
        start, step);
  };
  for (const std::string_view step :
       {"n.v + n.v", "n.v ~ n.v", "n.v * 2", "n.v|replace('a', 'aaaaaaaa')", "n.v|tojson",
        "[n.v, n.v]|join(n.v)", "n.v.replace('', n.v)", "'%s%s' % (n.v, n.v)",
        "'{}{}'.format(n.v, n.v)", "n.v|escape ~ '&&&&'", "n.v.join([n.v, n.v, n.v])",
        "n.v.split('')", "n.v|indent(900, true) ~ '\\n'"}) {
    out.push_back(looped("'aaaa'", step));
  }
  for (const std::string_view step :
       {"n.v + n.v", "[n.v]", "[n.v, n.v]", "n.v * 3", "{'a': n.v}", "(n.v, n.v)", "[n.v]|list",
        "n.v|list + n.v", "dict(a=n.v)", "n.v|map('list')|list", "[n.v]|batch(1)",
        "n.v|groupby('x')", "n.v[::-1] + n.v"}) {
    out.push_back(looped("[1, 2]", step));
  }
  for (const std::string_view shown :
       {"{{ x }}", "{{ x|tojson }}", "{{ x == y }}", "{{ x in [y] }}", "{{ [x, y]|sort }}",
        "{{ [x, y]|unique }}", "{{ x < y }}", "{{ [[x], [y]]|max }}"}) {
    std::string text = "{% set x = [1] %}{% set y = [1] %}";
    for (int i = 0; i < 60; ++i) text += "{% set x = [x, x] %}{% set y = [y, y] %}";
    out.push_back(text + std::string(shown));
  }
}

void endless_calls(std::vector<std::string>& out) {
  out.push_back("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}");
  out.push_back(
      "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}");
  out.push_back("{% macro m(n) %}{{ m(n + 1) }}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}");
  out.push_back(
      "{% macro m(n) %}{% if n < 40 %}{{ m(n + 1) }}{{ m(n + 1) }}{% endif %}{% endmacro %}{{ m(0) "
      "}}");
  out.push_back("{% macro m(x=m()) %}{% endmacro %}{{ m() }}");
  out.push_back("{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}");
  out.push_back("{% macro m() %}{% set x %}{{ m() }}{% endset %}{{ x }}{% endmacro %}{{ m() }}");
  out.push_back("{% macro m() %}{% filter upper %}{{ m() }}{% endfilter %}{% endmacro %}{{ m() }}");
  out.push_back("{% set n = namespace() %}{% set n.n = n %}{% for i in n.n.n.n %}{% endfor %}");
  out.push_back("{% for i in [[1]] recursive %}{{ loop([i]) }}{% endfor %}");
  out.push_back("{% for i in 'ab' recursive %}{{ loop('ab') }}{% endfor %}");
  out.push_back("{{ 'a'|map(" + repeat("'map', ", 20000) + "'upper')|list }}");
  out.push_back("{{ [[['a']]]|map(" + repeat("'map', ", 2000) + "'upper')|list }}");
  out.push_back("{{ 'a'|select(" + repeat("'select', ", 2000) + "'odd')|list }}");
}

void deep_nesting(std::vector<std::string>& out) {
  for (const size_t depth : {200, 2000, 100000}) {
    out.push_back("{{ " + repeat("(", depth) + "1" + repeat(")", depth) + " }}");
    out.push_back("{{ " + repeat("[", depth) + repeat("]", depth) + " }}");
    out.push_back("{{ " + repeat("{1:", depth) + "1" + repeat("}", depth) + " }}");
    out.push_back("{{ " + repeat("-", depth) + "1 }}");
    out.push_back("{{ " + repeat("not ", depth) + "1 }}");
    out.push_back("{{ " + repeat("1 + ", depth) + "1 }}");
    out.push_back("{{ " + repeat("1 ** ", depth) + "1 }}");
    out.push_back("{{ x" + repeat(".a", depth) + " }}");
    out.push_back("{{ x" + repeat("()", depth) + " }}");
    out.push_back("{{ x" + repeat("[0]", depth) + " }}");
    out.push_back("{{ x" + repeat("|list", depth) + " }}");
    out.push_back("{{ " + repeat("1 if 1 else ", depth) + "1 }}");
    out.push_back(repeat("{% if 1 %}", depth) + repeat("{% endif %}", depth));
    out.push_back(repeat("{% for x in y %}", depth) + repeat("{% endfor %}", depth));
    out.push_back(repeat("{% set x %}", depth) + repeat("{% endset %}", depth));
    out.push_back("{% for " + repeat("(", depth) + "x" + repeat(")", depth) +
                  " in y %}{% endfor %}");
  }
}

void unfinished_things(std::vector<std::string>& out) {
  for (const std::string_view text : {"{{",
                                      "{%",
                                      "{#",
                                      "{{ 'a",
                                      "{{ \"a",
                                      "{{ 'a\\",
                                      "{% if",
                                      "{% if %}",
                                      "{% for %}",
                                      "{{ }}",
                                      "{% raw %}",
                                      "{% raw %}{% endraw",
                                      "{% set %}",
                                      "{% set x",
                                      "{% set x = %}",
                                      "{{ ) }}",
                                      "{{ ( }}",
                                      "{{ [ }}",
                                      "{{ { }}",
                                      "{{ {1} }}",
                                      "{{ a. }}",
                                      "{{ a| }}",
                                      "{{ a is }}",
                                      "{{ a[ }}",
                                      "{{ a[] }}",
                                      "{{ a[1:2:3:4] }}",
                                      "{% endif %}",
                                      "{% macro %}",
                                      "{% macro m( %}",
                                      "{% macro m(a=1, b) %}{% endmacro %}",
                                      "{% call x %}{% endcall %}",
                                      "{% filter %}",
                                      "{% extends 'x' %}",
                                      "{% import 'x' as y %}",
                                      "{% break %}",
                                      "{{ '\\x' }}",
                                      "{{ '\\uZZZZ' }}",
                                      "{{ 99999999999999999999 }}",
                                      "{{ 1e999 }}",
                                      "{{ $ }}",
                                      "{{ a b }}",
                                      "{% for x in [1] %}{% else %}",
                                      "{{ f(a=1, 2) }}",
                                      "{{ ''.join() }}",
                                      "{{ x.y }}",
                                      "{% set a.b = 1 %}",
                                      "{% set a, b = [1] %}",
                                      "{{ 'a'.split('') }}",
                                      "{{ [].append(1) }}"}) {
    out.emplace_back(text);
  }
}

TEST(HostileTemplates, each_of_more_than_200_ends_with_an_error_within_50_ms) {
  std::vector<std::string> templates;
  endless_loops(templates);
  giant_numbers(templates);
  growing_values(templates);
  endless_calls(templates);
  deep_nesting(templates);
  unfinished_things(templates);
  EXPECT_GE(templates.size(), 200u);
  double slowest = 0;
  std::string slowest_text;
  for (const std::string& text : templates) {
    // The fastest of a few: another program may have taken the processor.
    double took = 1e9;
    bool failed = false;
    for (int i = 0; i < 3 && took > 50; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      const auto parsed = Template::parse(text);
      failed = !parsed.ok() || !parsed->render(Json::object()).ok();
      took = std::min(
          took, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
                    .count());
    }
    EXPECT_TRUE(failed) << text.substr(0, 200);
    EXPECT_LE(took, 50) << text.substr(0, 200);
    if (took > slowest) slowest_text = text.substr(0, 120);
    slowest = std::max(slowest, took);
  }
  fmt::print("{} templates, the slowest took {:.1f} ms: {}\n", templates.size(), slowest,
             slowest_text);
}

}  // namespace
}  // namespace tenon::text::jinja
