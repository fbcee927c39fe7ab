// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/arguments.h"
#include "apps/tenon/base/text.h"

// Tables of figures in the form that is wanted. [any thread]
namespace tenon::cli::bench {

enum class Form : uint8_t { text, markdown, csv, json };
// Of --md, --csv and --json; the last of them in this order wins.
Form form_of(const Arguments& arguments);

// The first row names the columns. Not for Form::json.
std::string shown(const Table& table, Form form);

}  // namespace tenon::cli::bench
