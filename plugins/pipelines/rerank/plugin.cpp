// SPDX-License-Identifier: Apache-2.0
#include "host/task.h"
#include "plugins/pipelines/rerank/rank.h"

namespace tenon::rerank {
namespace {

std::string_view name() { return "rerank"; }

using Plugin = text::TaskPlugin<name, rank>;

}  // namespace
}  // namespace tenon::rerank

TENON_PLUGIN(tenon::rerank::Plugin)
