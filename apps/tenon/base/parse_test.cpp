// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/parse.h"

#include "apps/tenon/base/help.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace tenon::cli {
namespace {

const std::vector<Command> commands = {
    {.name = "walk",
     .doc = "goes",
     .operands = {{"WHERE", "a place"}},
     .flags = {{.name = "step",
                .letter = 's',
                .value = "N",
                .doc = "how far",
                .kind = Flag::Kind::integer,
                .otherwise = "3"},
               {.name = "past", .value = "X", .doc = "what is passed", .repeated = true},
               {.name = "slow-down", .doc = "gently"}}}};

Result<Request> parsed(const std::vector<std::string>& words) { return parse(commands, words); }

std::string failure(const std::vector<std::string>& words) {
  const auto request = parsed(words);
  return request.ok() ? "parsed" : std::string(request.status().message());
}

TEST(Parse, flags_and_operands_may_be_mixed) {
  const auto request =
      parsed({"walk", "--past", "a,b", "home", "-s", "7", "--past=-1", "--slow-down"});
  ASSERT_TRUE(request.ok()) << request.status().message();
  const Arguments& arguments = request->arguments;
  EXPECT_EQ(arguments.operands(), (std::vector<std::string>{"home"}));
  EXPECT_EQ(arguments.integer("step"), 7);
  EXPECT_EQ(arguments.all("past"), (std::vector<std::string>{"a,b", "-1"}));
  EXPECT_TRUE(arguments.has("slow-down"));
}

TEST(Parse, a_default_is_used_and_does_not_count_as_given) {
  const auto request = parsed({"walk", "home"});
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->arguments.integer("step"), 3);
  EXPECT_FALSE(request->arguments.has("step"));
  EXPECT_FALSE(request->arguments.has("slow-down"));
}

TEST(Parse, the_environment_stands_in_for_a_flag_and_the_flag_wins) {
  setenv("TENON_STEP", "9", 1);
  setenv("TENON_SLOW_DOWN", "1", 1);
  EXPECT_EQ(parsed({"walk", "home"})->arguments.integer("step"), 9);
  EXPECT_TRUE(parsed({"walk", "home"})->arguments.has("slow-down"));
  EXPECT_EQ(parsed({"walk", "home", "--step", "4"})->arguments.integer("step"), 4);
  unsetenv("TENON_STEP");
  unsetenv("TENON_SLOW_DOWN");
}

TEST(Parse, failures_say_what_was_wrong) {
  EXPECT_EQ(failure({"run"}), "there is no command \"run\"; commands are: walk");
  EXPECT_EQ(failure({"walk"}), "WHERE is missing: a place");
  EXPECT_EQ(failure({"walk", "a", "b"}), "\"b\" is one word too many");
  EXPECT_EQ(failure({"walk", "a", "--step", "x"}), "--step: \"x\" is no whole number from 0 on");
  EXPECT_EQ(failure({}), "no command");
}

TEST(Parse, help_wins_over_mistakes) {
  const auto request = parsed({"walk", "--help", "--nonsense"});
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->kind, Request::Kind::help);
  EXPECT_EQ(request->command, &commands[0]);
}

TEST(Help, shows_names_values_and_defaults) {
  EXPECT_EQ(help_of(commands[0]),
            "tenon walk WHERE [FLAGS]\n  goes\n\n  WHERE  a place\n\n"
            "Flags (TENON_NAME in the environment stands in for --name):\n"
            "  -s, --step N     how far (default 3)\n"
            "      --past X     what is passed; may be repeated\n"
            "      --slow-down  gently\n");
}

TEST(Help, completion_knows_every_command_and_flag) {
  const std::string script = bash_completion(commands);
  EXPECT_NE(script.find("walk) words=\"--step --past --slow-down --help\""), std::string::npos)
      << script;
}

}  // namespace
}  // namespace tenon::cli
