// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/help.h"

#include "apps/tenon/base/text.h"

#include <cctype>

namespace tenon::cli {

namespace {

std::string usage_of(const Command& command) {
  std::string line = fmt::format("tenon {}", command.name);
  for (const Operand& operand : command.operands) {
    std::string word(operand.name);
    if (operand.repeated) word += "...";
    line += operand.required ? fmt::format(" {}", word) : fmt::format(" [{}]", word);
  }
  return line + " [FLAGS]";
}

std::string flag_names(const Flag& flag) {
  std::string names = flag.letter != 0 ? fmt::format("-{}, ", flag.letter) : std::string("    ");
  names += fmt::format("--{}", flag.name);
  if (!flag.value.empty()) names += fmt::format(" {}", flag.value);
  return names;
}

std::string flag_doc(const Flag& flag) {
  std::string doc(flag.doc);
  if (flag.repeated) doc += "; may be repeated";
  if (!flag.otherwise.empty()) doc += fmt::format(" (default {})", flag.otherwise);
  return doc;
}

}  // namespace

std::string environment_name(const Flag& flag) {
  std::string name = "TENON_";
  for (const char c : flag.name) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

Flag size_flag() {
  return {.name = "dim",
          .value = "NAME=SIZE",
          .doc = "fix a size that the model leaves open",
          .repeated = true};
}

Flag fixed_input_flag() {
  return {.name = "value",
          .value = "NAME=NUMBERS",
          .doc = "fix an input that decides axes or modes",
          .repeated = true};
}

Flag relative_flag(std::string_view doc) {
  return {
      .name = "rtol", .value = "X", .doc = doc, .kind = Flag::Kind::number, .otherwise = "1e-3"};
}

Flag absolute_flag(std::string_view doc, std::string_view otherwise) {
  return {
      .name = "atol", .value = "X", .doc = doc, .kind = Flag::Kind::number, .otherwise = otherwise};
}

std::vector<Flag> with_session_flags(std::vector<Flag> flags) {
  const Flag common[] = {
      {.name = "device",
       .letter = 'd',
       .value = "D[,D]",
       .doc = "one device alone, several in this order, or auto",
       .otherwise = "auto"},
      {.name = "precision",
       .value = "auto|exact|fast",
       .doc = "fast: short activations with quantized weights; auto: where there are any",
       .otherwise = "auto"},
      {.name = "states",
       .value = "f32|f16|bf16",
       .doc = "what keys and values are kept in, instead of what suits the precision"},
  };
  flags.insert(flags.end(), std::begin(common), std::end(common));
  return with_engine_flags(std::move(flags));
}

std::vector<Flag> with_engine_flags(std::vector<Flag> flags) {
  const Flag common[] = {
      {.name = "plugins",
       .value = "DIR",
       .doc = "look for plugins here first",
       .kind = Flag::Kind::directory,
       .repeated = true,
       .from_environment = false},
      {.name = "layers", .value = "L[,L]", .doc = "validate, fault: watch or disturb plugins"},
      {.name = "threads", .value = "N", .doc = "workers", .kind = Flag::Kind::integer},
      {.name = "cache", .value = "DIR|off", .doc = "where compiled kernels are kept"},
  };
  flags.insert(flags.end(), std::begin(common), std::end(common));
  return flags;
}

std::string help_of(std::span<const Command> commands) {
  Table table;
  for (const Command& command : commands) {
    table.push_back({fmt::format("  {}", command.name), std::string(command.doc)});
  }
  return fmt::format(
      "tenon: runs models through plugins\n\nCommands:\n{}\n"
      "tenon COMMAND --help tells more; tenon --version tells which release this is.\n",
      aligned(table));
}

std::string help_of(const Command& command) {
  std::string text = fmt::format("{}\n  {}\n", usage_of(command), command.doc);
  Table operands, flags;
  for (const Operand& operand : command.operands) {
    operands.push_back({fmt::format("  {}", operand.name), std::string(operand.doc)});
  }
  if (!operands.empty()) text += "\n" + aligned(operands);
  for (const Flag& flag : command.flags) {
    flags.push_back({fmt::format("  {}", flag_names(flag)), flag_doc(flag)});
  }
  if (!flags.empty()) {
    text += "\nFlags (TENON_NAME in the environment stands in for --name):\n" + aligned(flags);
  }
  if (!command.more.empty()) text += fmt::format("\n{}\n", command.more);
  return text;
}

std::string bash_completion(std::span<const Command> commands) {
  std::string names, cases;
  for (const Command& command : commands) {
    names += fmt::format("{} ", command.name);
    std::string flags;
    for (const Flag& flag : command.flags) flags += fmt::format("--{} ", flag.name);
    cases += fmt::format("    {}) words=\"{}--help\" ;;\n", command.name, flags);
  }
  return fmt::format(
      "# bash completion for tenon: source <(tenon completion bash)\n"
      "_tenon() {{\n"
      "  local current=${{COMP_WORDS[COMP_CWORD]}} words=\"\"\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{}--help --version\" -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[1]}} in\n{}  esac\n"
      "  case $current in\n"
      "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$current\")) ;;\n"
      "    *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n"
      "  esac\n"
      "}}\n"
      "complete -o filenames -F _tenon tenon\n",
      names, cases);
}

}  // namespace tenon::cli
