// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/arguments.h"
#include "tenon/status.h"

#include <string_view>
#include <vector>

// What a command is: data from which help, environment names and completion follow, and the
// function that does it. Every file in commands/ returns one.
namespace tenon::cli {

// What the program tells its caller.
enum class Exit : int {
  ok = 0,
  differs = 1,  // a result is not what was expected
  usage = 2,
  model = 3,
  device = 4,  // or plugin
  memory = 5,
  cancelled = 130,
};

struct Flag {
  enum class Kind : uint8_t { text, integer, number, file, directory };

  std::string_view name = {};   // "device": --device
  char letter = 0;              // 'd': -d
  std::string_view value = {};  // what follows, for help; empty: a switch
  std::string_view doc = {};
  Kind kind = Kind::text;
  bool repeated = false;
  std::string_view otherwise = {};  // default, as it would be typed
  bool from_environment = true;     // TENON_DEVICE stands in for --device
};

struct Operand {
  std::string_view name;
  std::string_view doc;
  bool required = true;
  bool repeated = false;
};

struct Command {
  std::string_view name;
  std::string_view doc;  // one line
  std::vector<Operand> operands = {};
  std::vector<Flag> flags = {};
  std::string_view more = {};  // further lines of its help
  Result<Exit> (*run)(const Arguments& arguments) = nullptr;
};

// "TENON_DEVICE" for --device.
std::string environment_name(const Flag& flag);

// Flags that several commands have.
Flag size_flag();                                                 // --dim NAME=SIZE
Flag fixed_input_flag();                                          // --value NAME=NUMBERS
Flag relative_flag(std::string_view doc = "relative tolerance");  // --rtol X
Flag absolute_flag(std::string_view doc = "absolute tolerance",
                   std::string_view otherwise = "1e-7");

// Flags of every command that opens an engine, behind its own.
std::vector<Flag> with_engine_flags(std::vector<Flag> flags);
// The same for commands that make a session: --device, --precision and --states too.
std::vector<Flag> with_session_flags(std::vector<Flag> flags);

// All commands, by name.
namespace commands {
std::vector<Command> table();
}

}  // namespace tenon::cli
