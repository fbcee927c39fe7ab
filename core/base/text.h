// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

// Small operations on text that several rooms need. [any thread]
namespace tenon {

// Parts between separators; empty parts are left out. [borrowed]
std::vector<std::string_view> split(std::string_view text, char separator);

// Without spaces, tabs and line ends at both sides. [borrowed]
std::string_view trim(std::string_view text);

// Fit for a message: control bytes escaped, in quotes, cut to 200 characters.
std::string in_quotes(std::string_view text);

// Control bytes other than line ends and tabs escaped, all of it kept: what a program printed.
std::string printable(std::string_view text);

// Whether text matches a pattern in which * stands for any characters and ? for one.
bool matches_glob(std::string_view text, std::string_view pattern);

}  // namespace tenon
