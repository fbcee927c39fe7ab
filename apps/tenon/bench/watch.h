// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/engine.h"
#include "apps/tenon/bench/operators.h"

#include <optional>

// Runs that are watched step by step, beside the timed ones, which are not: for --ops, --nodes and
// --profile. One at a time.
namespace tenon::cli::bench {

class Watch {
 public:
  // Nothing when no flag asks for it. Measures the machine's limits when there will be a table.
  static Result<std::optional<Watch>> make(const Engine& engine, const Arguments& arguments);

  Status begin();
  // runs: since begin(). Writes the file of --profile.
  Status end(int64_t runs);

  // Of the runs between begin() and end().
  bool has_table() const { return has_table_; }
  Table table() const { return operator_table(rows_, limits_, runs_); }
  Json json() const { return operator_json(rows_, limits_, runs_); }
  Json limits_json() const;

 private:
  Watch(const Engine& engine, const Arguments& arguments)
      : engine_(&engine), arguments_(&arguments) {}

  const Engine* engine_;
  const Arguments* arguments_;
  bool has_table_ = false;
  Rates limits_;
  std::vector<OperatorRow> rows_;
  int64_t runs_ = 1;
};

}  // namespace tenon::cli::bench
