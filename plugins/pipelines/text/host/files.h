// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/task.h"
#include "tokenizer.h"

// The files of a model as a task sees them: the parts of its request first, then what lies beside
// the model. A request with parts brings its own tokenizer, and that of the model is not seen.
// Borrows both. [any thread]
namespace tenon::text {

class HostFiles : public Files {
 public:
  HostFiles(const Host& host, const tenon_request& request) : host_(host), request_(request) {}

  std::optional<std::string> read(std::string_view name) const override;

  // A JSON file, an empty object when there is none.
  Result<Json> json(std::string_view name) const;

 private:
  const Host& host_;
  const tenon_request& request_;
};

}  // namespace tenon::text
