// SPDX-License-Identifier: Apache-2.0
#include "tests/web_ops/cases.h"
#include "tests/web_ops/report.h"

#include <gtest/gtest.h>

namespace tenon::web_ops {
namespace {

TEST(WebOps, comments_go_and_texts_stay) {
  EXPECT_EQ(without_comments("[1, // one\n \"a//b\\\"/*\", /* two\n */ 2]"),
            "[1, \n \"a//b\\\"/*\",  2]");
  EXPECT_EQ(without_comments("1 // end"), "1 ");
  EXPECT_EQ(without_comments("1 /* no end"), "1 ");
  EXPECT_EQ(without_comments("\"no end\\"), "\"no end\\");
}

TEST(WebOps, an_omitted_input_has_no_file) {
  const Json test = Json::object({{"operator", "Clip"}});
  const Json number =
      Json::object({{"type", "float32"}, {"dims", Json::array({1})}, {"data", Json::array({1})}});
  const Json none = Json::object({{"type", "float32"}, {"data", nullptr}});
  const Json one = Json::object(
      {{"inputs", Json::array({number, none, number})}, {"outputs", Json::array({number})}});
  const Result<CaseFiles> files = files_of(test, one);
  ASSERT_TRUE(files.ok()) << files.status().message();
  EXPECT_EQ(files->inputs.size(), 2u);
  EXPECT_EQ(files->outputs.size(), 1u);
}

TEST(WebOps, cases_of_unknown_operators_do_not_count) {
  const Result<Report> report = read_report(
      R"({"test":"Abs/a-0-0","status":"pass","detail":""}
{"test":"Abs/a-0-1","status":"fail","detail":"model.onnx: it differs"}
{"test":"New/n-0-0","status":"unsupported","detail":"1 operator is not supported: New x1"}
{"test":"Abs/a-0-2","status":"unsupported","detail":"of rank 9"}
{"passed":1}
)");
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_EQ(report->passed, 1u);
  EXPECT_EQ(report->counted, 3u);
  EXPECT_FALSE(report->holds(0.34));
  EXPECT_TRUE(report->holds(0.33));
  EXPECT_EQ(report->operators.at("Abs").reasons,
            (std::vector<std::string>{"Abs/a-0-1: it differs", "Abs/a-0-2: of rank 9"}));
}

}  // namespace
}  // namespace tenon::web_ops
