// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/run/pictures.h"

#include "apps/tenon/base/bars.h"
#include "apps/tenon/base/cancel.h"
#include "apps/tenon/base/engine.h"
#include "apps/tenon/base/text.h"
#include "apps/tenon/files/file.h"
#include "apps/tenon/run/outputs.h"
#include "apps/tenon/run/placement.h"

#include <charconv>
#include <chrono>

namespace tenon::cli {

namespace {

constexpr uint64_t most_picture_bytes = uint64_t{256} << 20;

Result<int64_t> side_of(std::string_view flag, std::string_view text) {
  int64_t side = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), side);
  if (error != std::errc() || end != text.data() + text.size()) {
    return invalid("--{}: \"{}\" is no number of pixels; expected N or WxH", flag, text);
  }
  return side;
}

// "256" or "320x240"; one number is the shorter edge or a square.
Result<Json> size_of(std::string_view flag, const std::string& text, std::string_view one_number) {
  const size_t cross = text.find('x');
  if (cross == std::string::npos) {
    TENON_TRY_ASSIGN(const int64_t side, side_of(flag, text));
    if (one_number.empty()) return Json(side);
    return Json::object().set(one_number, side);
  }
  TENON_TRY_ASSIGN(const int64_t width, side_of(flag, std::string_view(text).substr(0, cross)));
  TENON_TRY_ASSIGN(const int64_t height, side_of(flag, std::string_view(text).substr(cross + 1)));
  return Json::object({{"height", height}, {"width", width}});
}

Result<Json> numbers_of(std::string_view flag, std::string_view text) {
  Json numbers = Json::array();
  while (true) {
    const size_t comma = std::min(text.find(','), text.size());
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + comma, number);
    if (error != std::errc() || end != text.data() + comma) {
      return invalid("--{}: \"{}\" is no number", flag, text.substr(0, comma));
    }
    numbers.push(number);
    if (comma == text.size()) return numbers;
    text.remove_prefix(comma + 1);
  }
}

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

void print_answer(const std::string& file, const Json& event, bool as_json) {
  if (as_json) {
    Json line = event;
    print(line.set("part", file).dump() + "\n");
    return;
  }
  std::vector<Bar> bars;
  for (const Json& row : event.array("top")) {
    bars.push_back({std::string(row.text("label")), row.number("score", 0)});
  }
  print(fmt::format("{}\n{}", printable(file_name(file)), draw_bars(bars, terminal_blocks())));
}

Result<Json> classify_one(Session& session, const std::string& file, const std::string& request) {
  auto bytes = files::read_file(file, most_picture_bytes);
  if (!bytes.ok()) return Status(Code::invalid, std::string(bytes.status().message()));
  const std::string_view name = file_name(file);
  const tenon_part part{to_str(name), bytes->data(), bytes->size()};
  TENON_TRY_ASSIGN(
      const std::vector<std::string> events, attempt([&] {
        return session.task("image-classification", request, {&part, 1}, interrupted());
      }));
  if (events.empty()) return internal_error("{}: the task gave no answer", file);
  return parse_json(events.back());
}

}  // namespace

std::vector<Flag> picture_flags() {
  return {
      {.name = "resize", .value = "N|WxH", .doc = "picture: shorter edge, or width and height"},
      {.name = "crop", .value = "N|WxH", .doc = "picture: then the middle of this size"},
      {.name = "mean", .value = "M[,M,M]", .doc = "picture: then minus this, by channel"},
      {.name = "std", .value = "S[,S,S]", .doc = "picture: then divided by this"},
      {.name = "scale",
       .value = "X",
       .doc = "picture: samples of 0 to 255 are first multiplied by this",
       .kind = Flag::Kind::number},
      {.name = "layout", .value = "nchw|nhwc", .doc = "picture: order of the input's axes"},
      {.name = "channels", .value = "rgb|bgr|gray", .doc = "picture: order of the channels"},
      {.name = "resample",
       .value = "nearest|bilinear|bicubic|lanczos|box|hamming",
       .doc = "picture: how to resize"},
      {.name = "invert", .doc = "picture: black becomes white"},
  };
}

Result<Json> picture_request(const Arguments& arguments) {
  Json request = Json::object();
  if (arguments.has("resize")) {
    TENON_TRY_ASSIGN(Json size, size_of("resize", arguments.text("resize"), "shortest_edge"));
    request.set("size", std::move(size));
  }
  if (arguments.has("crop")) {
    TENON_TRY_ASSIGN(Json size, size_of("crop", arguments.text("crop"), ""));
    request.set("crop_size", std::move(size));
  }
  for (const auto& [flag, key] : {std::pair{"mean", "image_mean"}, {"std", "image_std"}}) {
    if (!arguments.has(flag)) continue;
    TENON_TRY_ASSIGN(Json numbers, numbers_of(flag, arguments.text(flag)));
    request.set(key, std::move(numbers));
  }
  if (arguments.has("scale")) request.set("rescale_factor", arguments.number("scale"));
  for (const char* flag : {"layout", "channels", "resample"}) {
    if (arguments.has(flag)) request.set(flag, arguments.text(flag));
  }
  if (arguments.has("invert")) request.set("invert", true);
  if (arguments.has("top")) request.set("top", arguments.integer("top"));
  if (arguments.has("labels")) {
    Json labels = Json::array();
    for (std::string& line : read_lines(arguments.text("labels"))) labels.push(std::move(line));
    request.set("labels", std::move(labels));
  }
  return request;
}

Result<Exit> classify_pictures(const Model& model, Session& session,
                               std::span<const std::string> files, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Json request, picture_request(arguments));
  const std::string parameters = request.dump();
  const bool as_json = arguments.has("json");
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& file : files) {
    TENON_TRY_ASSIGN(const Json event, classify_one(session, file, parameters));
    print_answer(file, event, as_json);
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  TENON_TRY_ASSIGN(const std::string about, attempt([&] { return session.describe(); }));
  TENON_TRY_ASSIGN(const Json facts, parse_json(about));
  TENON_TRY_ASSIGN(const Json shape, describe(model, "inspect"));
  if (!as_json) {
    print(fmt::format("read by {}; {}; {:.1f} ms\n", last_part(shape.text("loader")),
                      placement_line(facts), took.count()));
  }
  return Exit::ok;
}

}  // namespace tenon::cli
