// SPDX-License-Identifier: Apache-2.0
#include "host/task.h"
#include "plugins/pipelines/embedding/embed.h"

namespace tenon::embedding {
namespace {

std::string_view name() { return "embedding"; }

using Plugin = text::TaskPlugin<name, embed>;

}  // namespace
}  // namespace tenon::embedding

TENON_PLUGIN(tenon::embedding::Plugin)
