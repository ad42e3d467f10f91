#include "support/json.h"

#include <gtest/gtest.h>

namespace wherry {

TEST(ParseJson, NamesTheByteOfAnError) {
  auto json = parse_json("{\"a\": }");
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().code, ErrorCode::Malformed);
  EXPECT_EQ(json.error().message, "not JSON: syntax error at byte 7");
}

TEST(ParseJson, RefusesDeepNesting) {
  std::string deep(65, '[');
  deep += std::string(65, ']');
  EXPECT_EQ(parse_json(deep).error().code, ErrorCode::Invalid);
  EXPECT_TRUE(parse_json(deep.substr(1, 128)));
}

TEST(ParseJson, CountsBracketsOutsideStringsOnly) {
  EXPECT_TRUE(parse_json("[\"" + std::string(100, '[') + "\\\"[\"]"));
}

TEST(ParseJson, RefusesOversizedText) {
  EXPECT_EQ(parse_json("[1, 2]", {.size_bytes_max = 5}).error().code, ErrorCode::Invalid);
}

TEST(ParseJson, RefusesWrongUtf8) { EXPECT_FALSE(parse_json("\"\xff\"")); }

TEST(JsonMembers, AreCheckedByType) {
  Json object = *parse_json(R"({"s": "x", "n": 7, "neg": -1, "o": {}, "a": [], "null": null})");
  EXPECT_EQ(**json_string(object, "s"), "x");
  EXPECT_EQ(**json_unsigned(object, "n"), 7u);
  EXPECT_NE(*json_object(object, "o"), nullptr);
  EXPECT_NE(*json_array(object, "a"), nullptr);
  EXPECT_EQ(*json_string(object, "null"), std::nullopt);
  EXPECT_EQ(*json_string(object, "absent"), std::nullopt);
  EXPECT_EQ(json_string(object, "n").error().message, "'n' is not a string");
  EXPECT_FALSE(json_unsigned(object, "neg"));
  EXPECT_FALSE(json_object(object, "a"));
  EXPECT_FALSE(json_array(object, "o"));
  EXPECT_FALSE(json_string(Json::array(), "s"));
}

}  // namespace wherry
