// SPDX-License-Identifier: Apache-2.0
#include "host/task.h"
#include "plugins/pipelines/tokenize/tokenize.h"

namespace tenon::tokenizing {
namespace {

std::string_view name() { return "tokenize"; }

using Plugin = text::TaskPlugin<name, tokenize>;

}  // namespace
}  // namespace tenon::tokenizing

TENON_PLUGIN(tenon::tokenizing::Plugin)
