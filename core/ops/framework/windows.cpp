// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/windows.h"

#include "core/ops/framework/sizes.h"

#include <string>

namespace tenon::ops {
namespace {

struct Slide {
  std::vector<Expr> strides, dilations, kernel, pads;
  std::string auto_pad;

  // The extent that one window covers.
  Expr reach(size_t i) const { return (kernel[i] - 1) * dilations[i] + 1; }
  void split(size_t i, Expr total, bool more_at_begin) {
    const Expr half = floor_div(total, total.pool().integer(2));
    pads[i] = more_at_begin ? total - half : half;
    pads[i + kernel.size()] = total - pads[i];
  }
};

Result<Slide> read(const InferContext& c, const std::vector<Expr>& x, std::vector<Expr> kernel) {
  if (x.size() < 3) {
    return invalid("input of rank {}, expected batch, channels and spatial axes", x.size());
  }
  const size_t spatial = x.size() - 2;
  if (kernel.size() != spatial) {
    return invalid("a window of {} axes over {} spatial axes", kernel.size(), spatial);
  }
  Slide s;
  s.kernel = std::move(kernel);
  s.auto_pad = c.text("auto_pad", "NOTSET");
  TENON_TRY_ASSIGN(s.strides, per_axis(c, "strides", spatial, 1, 1));
  TENON_TRY_ASSIGN(s.dilations, per_axis(c, "dilations", spatial, 1, 1));
  if (s.auto_pad != "NOTSET" && s.auto_pad != "") {
    if (s.auto_pad != "VALID" && s.auto_pad != "SAME_UPPER" && s.auto_pad != "SAME_LOWER") {
      return invalid("auto_pad is \"{}\", expected NOTSET, VALID, SAME_UPPER or SAME_LOWER",
                     s.auto_pad);
    }
    s.pads.assign(2 * spatial, c.number(0));
    return s;
  }
  TENON_TRY_ASSIGN(s.pads, per_axis(c, "pads", 2 * spatial, 0, 0));
  return s;
}

void set(InferContext& c, const Slide& s) {
  c.set("strides", as_attribute(s.strides));
  c.set("dilations", as_attribute(s.dilations));
  c.set("kernel_shape", as_attribute(s.kernel));
  c.set("pads", as_attribute(s.pads));
}

bool same_size(const Slide& s) { return s.auto_pad.starts_with("SAME"); }

}  // namespace

Result<std::vector<Expr>> slide(InferContext& c, const std::vector<Expr>& x,
                                std::vector<Expr> kernel) {
  TENON_TRY_ASSIGN(Slide s, read(c, x, std::move(kernel)));
  const bool ceil_mode = c.integer("ceil_mode", 0) != 0 && s.auto_pad != "VALID";
  const size_t spatial = s.kernel.size();
  std::vector<Expr> out;
  for (size_t i = 0; i < spatial; ++i) {
    const Expr in = x[i + 2];
    if (same_size(s)) {
      out.push_back(ceil_div(in, s.strides[i]));
      const Expr needed = (out[i] - 1) * s.strides[i] + s.reach(i) - in;
      s.split(i, maximum(needed, c.number(0)), s.auto_pad == "SAME_LOWER");
      continue;
    }
    const Expr room = in + s.pads[i] + s.pads[i + spatial] - s.reach(i);
    TENON_TRY(c.require(room >= 0, "the window is not larger than the padded input"));
    if (!ceil_mode) {
      out.push_back(floor_div(room, s.strides[i]) + 1);
      continue;
    }
    // A last window that would start in the padding at the end does not count.
    const Expr most = ceil_div(room, s.strides[i]) + 1;
    const Expr last = ceil_div(in + s.pads[i], s.strides[i]);
    out.push_back(minimum(most, last));
  }
  set(c, s);
  return out;
}

Result<std::vector<Expr>> slide_back(InferContext& c, const std::vector<Expr>& x,
                                     std::vector<Expr> kernel) {
  TENON_TRY_ASSIGN(Slide s, read(c, x, std::move(kernel)));
  const size_t spatial = s.kernel.size();
  TENON_TRY_ASSIGN(const std::vector<Expr> extra, per_axis(c, "output_padding", spatial, 0, 0));
  std::vector<Expr> wanted = c.sizes("output_shape");
  if (wanted.size() == x.size()) wanted.erase(wanted.begin(), wanted.begin() + 2);
  if (!wanted.empty() && wanted.size() != spatial) {
    return invalid("attribute output_shape has {} entries, expected {}", wanted.size(), spatial);
  }
  std::vector<Expr> out;
  for (size_t i = 0; i < spatial; ++i) {
    const Expr full = (x[i + 2] - 1) * s.strides[i] + extra[i] + s.reach(i);
    if (wanted.empty() && !same_size(s)) {
      out.push_back(full - s.pads[i] - s.pads[i + spatial]);
      TENON_TRY(c.require(out[i] >= 0, "the pads are not larger than the output"));
      continue;
    }
    out.push_back(wanted.empty() ? x[i + 2] * s.strides[i] : wanted[i]);
    s.split(i, maximum(full - out[i], c.number(0)), s.auto_pad != "SAME_UPPER");
  }
  set(c, s);
  return out;
}

Result<std::vector<Expr>> conv_dims(InferContext& c, const std::vector<Expr>& data,
                                    const std::vector<Expr>& weights) {
  if (data.size() < 3 || data.size() != weights.size()) {
    return invalid("data of rank {} and weights of rank {}, expected the same, at least 3",
                   data.size(), weights.size());
  }
  const int64_t group = c.integer("group", 1);
  if (group < 1) return invalid("group is {}, expected at least 1", group);
  c.set("group", group);
  TENON_TRY(c.require_equal(data[1], weights[1] * group, "channels of the data and the weights"));
  TENON_TRY(c.require(weights[0] % group == 0, "group divides the number of output channels"));
  TENON_TRY_ASSIGN(const std::vector<Expr> spatial,
                   slide(c, data, {weights.begin() + 2, weights.end()}));
  std::vector<Expr> out = {data[0], weights[0]};
  out.insert(out.end(), spatial.begin(), spatial.end());
  return out;
}

Result<std::vector<Expr>> pool_dims(InferContext& c, const std::vector<Expr>& data) {
  if (data.size() < 3) {
    return invalid("input of rank {}, expected batch, channels and spatial axes", data.size());
  }
  TENON_TRY_ASSIGN(std::vector<Expr> kernel, per_axis(c, "kernel_shape", data.size() - 2, 1, 1));
  TENON_TRY_ASSIGN(const std::vector<Expr> spatial, slide(c, data, std::move(kernel)));
  std::vector<Expr> out = {data[0], data[1]};
  out.insert(out.end(), spatial.begin(), spatial.end());
  return out;
}

}  // namespace tenon::ops
