// SPDX-License-Identifier: Apache-2.0
#include "core/api/model.h"

#include "core/api/text_runs.h"
#include "core/base/border.h"
#include "core/base/platform_file.h"
#include "core/base/trace.h"
#include "core/graph/builder.h"
#include "core/graph/fix_inputs.h"

#include <algorithm>

namespace tenon {
namespace {

// What loaders look at to recognise a file.
constexpr size_t head_bytes = 64 * 1024;

struct Chosen {
  const tenon_loader* table = nullptr;
  LoadedPlugin* plugin = nullptr;
};

Result<Chosen> choose_loader(Engine& engine, const std::string& path, const tenon_source& content,
                             const std::string& wanted) {
  const auto offers = engine.offers(TENON_LOADER_ID);
  if (offers.empty()) {
    return device_error("no loader plugin was found; tenon plugins says where they are looked for");
  }
  const auto head = content.bytes.first(std::min(content.bytes.size(), head_bytes));
  Chosen best;
  uint32_t best_score = 0;
  std::string tie, known;
  for (const Engine::Offer& offer : offers) {
    const std::string& id = offer.plugin->manifest().id;
    const auto* table = static_cast<const tenon_loader*>(offer.table);
    known += (known.empty() ? "" : ", ") + id;
    if (!wanted.empty()) {
      if (id == wanted || id.substr(id.rfind('.') + 1) == wanted)
        return Chosen{table, offer.plugin};
      continue;
    }
    const uint32_t score = table->probe(offer.plugin->self(), head.data(), head.size(),
                                        content.bytes.size(), to_str(content.name));
    if (score == best_score && score > 0) tie = id;
    if (score > best_score) {
      best = {table, offer.plugin};
      best_score = score;
      tie.clear();
    }
  }
  if (!wanted.empty()) return invalid("there is no loader \"{}\"; loaders are: {}", wanted, known);
  if (best_score == 0) {
    return invalid("{}: no loader knows this file; loaders are: {}", path, known);
  }
  if (!tie.empty()) {
    return invalid("{}: both {} and {} claim this file; choose with --loader", path,
                   best.plugin->manifest().id, tie);
  }
  return best;
}

// All parts that the loader could not express, in one failure.
Status not_expressed(const std::vector<tenon_builder::Unsupported>& parts) {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> groups;
  for (const auto& part : parts) groups[{part.op, part.reason}].push_back(part.node);
  std::string text = fmt::format("{} construct{} not supported:", groups.size(),
                                 groups.size() == 1 ? " is" : "s are");
  for (const auto& [what, nodes] : groups) {
    text += fmt::format("\n  {} x{} (", what.first, nodes.size());
    for (size_t i = 0; i < std::min<size_t>(nodes.size(), 8); ++i) {
      text += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", nodes[i]);
    }
    text += fmt::format("{}): {}", nodes.size() > 8 ? ", ..." : "", what.second);
  }
  return Status(Code::unsupported, std::move(text));
}

std::vector<OperatorCount> count_operators(const Graph& graph) {
  std::map<std::pair<std::string, std::string>, uint64_t> counts;
  for (const Body& body : graph.bodies) {
    for (const Node& node : body.nodes) ++counts[{node.domain, node.op}];
  }
  std::vector<OperatorCount> rows;
  for (const auto& [key, count] : counts) rows.push_back({key.first, key.second, count});
  return rows;
}

SourceSet::Opener sibling_opener(std::string path) {
  return [path = std::move(path)](std::string_view name) -> Result<tenon_source> {
    TENON_TRY_ASSIGN(MappedFile file, map_sibling(path, name));
    auto owner = std::make_shared<MappedFile>(std::move(file));
    return tenon_source{nullptr, std::string(name), owner, owner->bytes()};
  };
}

}  // namespace

Result<std::unique_ptr<Model>> Model::load(Engine& engine, const std::string& path,
                                           tenon_source content, const LoadOptions& options,
                                           const tenon_cancel* cancel) {
  const TraceScope traced("load", path);
  // An option of a loader ("onnx.as") chooses it: a bare tensor file has no mark of its own.
  std::string wanted = options.loader;
  if (wanted.empty() && !options.loader_options.empty()) {
    const std::string& key = options.loader_options.front().first;
    wanted = key.substr(0, key.find('.'));
  }
  TENON_TRY_ASSIGN(const Chosen loader, choose_loader(engine, path, content, wanted));
  std::unique_ptr<Model> model(new Model(engine));
  model->path_ = path;
  model->loader_ = loader.plugin->manifest().id;
  model->sources_ = std::make_unique<SourceSet>(sibling_opener(path));
  tenon_builder builder(*model->sources_, options.sizes);
  std::vector<tenon_kv> rows;
  for (const auto& [key, value] : options.loader_options)
    rows.push_back({to_str(key), to_str(value)});
  const tenon_load load = {
      .size = sizeof(tenon_load),
      .reserved = 0,
      .source = model->sources_->add(std::move(content)),
      .sources = &SourceSet::table(),
      .builder = &builder,
      .build = &tenon_builder::table(),
      .options = rows.data(),
      .n_options = rows.size(),
      .cancel = cancel,
  };
  const tenon_status code = loader.table->load(loader.plugin->self(), &load);
  if (code != TENON_OK) return take_failure(code).at(path);
  Status incomplete;
  if (!builder.not_expressed().empty()) {
    incomplete = not_expressed(builder.not_expressed()).at(path);
    if (!options.allow_incomplete) return incomplete;
  }
  model->companions_ = std::move(builder.weights().companions());
  if (!builder.weights().file().empty()) {
    model->weight_file_ = std::make_unique<WeightFile>(std::move(builder.weights().file()));
  }
  auto finished = builder.finish();
  if (!finished.ok()) return finished.status().at(path);
  model->graph_ = std::move(*finished);
  if (model->weight_file_) {
    Status status = model->build(options).at(path);
    if (!status.ok() && !options.allow_incomplete) return status;
    model->incomplete_ = std::move(status);
    return model;
  }
  if (Status fixed = fix_inputs(model->graph_, options.values); !fixed.ok()) return fixed.at(path);
  model->operators_ = count_operators(model->graph_);
  Graph whole = options.allow_incomplete ? clone(model->graph_) : Graph();
  if (incomplete.ok()) incomplete = run_passes(model->graph_, options.passes).at(path);
  if (!incomplete.ok()) {
    if (!options.allow_incomplete) return incomplete;
    model->graph_ = std::move(whole);
    model->incomplete_ = std::move(incomplete);
  }
  return model;
}

Status Model::build(const LoadOptions& options) {
  TENON_TRY_ASSIGN(Family family,
                   build_family(engine_.recipes(), *weight_file_, engine_.formats()));
  for (auto& [name, graph] : family.graphs) {
    const bool is_main = name == "decoder" || family.graphs.size() == 1;
    if (!is_main && name != "encoder") {
      return unsupported("recipe {}: a graph \"{}\" has no use beside a decoder", family.recipe,
                         name);
    }
    if (is_main) operators_ = count_operators(graph);
    TENON_TRY(run_passes(graph, options.passes).at("graph " + name));
    if (is_main) {
      graph_ = std::move(graph);
    } else {
      encoder_ = std::make_unique<Graph>(std::move(graph));
    }
  }
  facts_ = std::move(family.facts);
  face_ = std::make_unique<Graph>(text_face(graph_, encoder_ != nullptr));
  return {};
}

Result<std::unique_ptr<Session>> Model::session_of(
    Graph graph, std::string_view devices, PlanOptions options,
    std::optional<std::chrono::milliseconds> limit) const {
  TENON_TRY_ASSIGN(const Engine::Choice choice, engine_.choose(devices));
  options.mixing = choice.mixing;
  auto made = make_plan(std::move(graph), choice.devices, options);
  if (!made.ok()) return made.status().at(path_);
  return Session::make(std::move(*made), weights_, limit);
}

Result<HandedOn> Model::companion(std::string_view name) const {
  if (const auto found = companions_.find(name); found != companions_.end()) return found->second;
  TENON_TRY_ASSIGN(MappedFile file, map_sibling(path_, name));
  auto owner = std::make_shared<MappedFile>(std::move(file));
  return HandedOn{owner, owner->bytes()};
}

Result<std::unique_ptr<Plan>> Model::plan(std::string_view devices,
                                          const std::vector<std::string>& taps,
                                          PlanOptions options) const {
  TENON_TRY(incomplete_);
  TENON_TRY_ASSIGN(const Engine::Choice choice, engine_.choose(devices));
  options.mixing = choice.mixing;
  Graph graph = clone(graph_);
  for (const std::string& tap : taps) {
    const auto found = std::ranges::find_if(
        graph.values, [&](const Value& value) { return value.name == tap && value.ranked; });
    if (found == graph.values.end()) {
      return invalid(
          "{}: no value is named \"{}\" after the passes; tenon inspect --text lists them", path_,
          tap);
    }
    graph.main().outputs.push_back(static_cast<ValueId>(found - graph.values.begin()));
    graph.output_names.push_back(tap);
  }
  auto made = make_plan(std::move(graph), choice.devices, options);
  if (!made.ok()) return made.status().at(path_);
  return made;
}

Result<std::unique_ptr<Session>> Model::session(
    std::string_view devices, const std::vector<std::string>& taps, PlanOptions options,
    std::optional<std::chrono::milliseconds> limit) const {
  TENON_TRY_ASSIGN(auto made, plan(devices, taps, options));
  return Session::make(std::move(made), weights_, limit);
}

}  // namespace tenon
