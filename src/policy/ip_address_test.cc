#include "policy/ip_address.h"

#include <gtest/gtest.h>

namespace wherry::policy {
namespace {

IpAddress address(std::string_view text) { return parse_ip_address(text).value(); }
AddressRange range(std::string_view text) { return parse_address_range(text).value(); }

TEST(IpAddress, ReadsAndWritesBothFamilies) {
  const std::pair<const char*, const char*> cases[] = {
      {"10.0.0.1", "10.0.0.1"},           {"0.0.0.0", "0.0.0.0"},          {"::", "::"},
      {"2001:DB8:0:0::1", "2001:db8::1"}, {"::ffff:10.0.0.1", "10.0.0.1"},  // one value for both
      {"::ffff:0a00:0001", "10.0.0.1"}};
  for (auto [text, written] : cases) EXPECT_EQ(to_string(address(text)), written) << text;
}

TEST(IpAddress, RejectsOtherForms) {
  using namespace std::string_view_literals;
  for (std::string_view text :
       {""sv, "127.1"sv, "0x7f.0.0.1"sv, "010.0.0.1"sv, "2130706433"sv, "10.0.0.256"sv,
        "fe80::1%eth0"sv, "[::1]"sv, " 10.0.0.1"sv, "10.0.0.1\0"sv, "localhost"sv})
    EXPECT_FALSE(parse_ip_address(text)) << text;
}

TEST(AddressRange, ContainsItsAddressesAndNoOthers) {
  struct Case {
    const char *range, *inside, *outside;
  };
  const Case cases[] = {
      {"10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
      {"10.0.0.0/8", "::ffff:10.1.2.3", "::10.1.2.3"},
      {"10.1.2.0/23", "10.1.3.255", "10.1.4.0"},
      {"10.0.0.1", "10.0.0.1", "10.0.0.2"},
      {"0.0.0.0/0", "255.255.255.255", "::1"},
      {"::/0", "2001:db8::1", "10.0.0.1"},
      {"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
  };
  for (const Case& c : cases) {
    EXPECT_TRUE(range(c.range).contains(address(c.inside))) << c.range << " " << c.inside;
    EXPECT_FALSE(range(c.range).contains(address(c.outside))) << c.range << " " << c.outside;
    EXPECT_EQ(to_string(range(c.range)), c.range);
  }
  EXPECT_TRUE(range("10.0.0.0/8").contains(range("10.1.0.0/16")));
  EXPECT_FALSE(range("10.1.0.0/16").contains(range("10.0.0.0/8")));
}

TEST(AddressRange, RejectsWhatCouldMeanTwoThings) {
  const std::pair<const char*, const char*> cases[] = {
      {"10.0.0.1/8",
       "'10.0.0.1/8' is one address and a range at once (write 10.0.0.0/8 for the "
       "range)"},
      {"2001:db8::1/32",
       "'2001:db8::1/32' is one address and a range at once (write 2001:db8::/32 "
       "for the range)"},
      {"10.0.0.0/33", "'10.0.0.0/33' is no address range (0 to 32 behind the '/')"},
      {"::/129", "'::/129' is no address range (0 to 128 behind the '/')"},
      {"::/256", "'::/256' is no address range (0 to 128 behind the '/')"},
      {"10.0.0.0/", "'10.0.0.0/' is no address range (0 to 32 behind the '/')"},
      {"10.0.0.0/08", "'10.0.0.0/08' is no address range (0 to 32 behind the '/')"},
      {"10.0.0.0/-1", "'10.0.0.0/-1' is no address range (0 to 32 behind the '/')"},
      {"/8", "'' is no IP address"}};
  for (auto [text, message] : cases) {
    auto parsed = parse_address_range(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().message, message);
  }
}

TEST(Place, IsWhatAnAddressIs) {
  const std::pair<const char*, Place> cases[] = {
      {"8.8.8.8", Place::Public},
      {"2606:4700::1", Place::Public},
      {"10.0.0.1", Place::Private},
      {"172.31.255.255", Place::Private},
      {"172.32.0.0", Place::Public},
      {"192.168.1.1", Place::Private},
      {"100.64.0.1", Place::Private},
      {"fd12::1", Place::Private},
      {"127.0.0.1", Place::Loopback},
      {"127.255.0.1", Place::Loopback},
      {"::1", Place::Loopback},
      {"::ffff:127.0.0.1", Place::Loopback},
      {"169.254.169.254", Place::LinkLocal},
      {"::ffff:169.254.169.254", Place::LinkLocal},
      {"fe80::1", Place::LinkLocal},
      {"fd00:ec2::254", Place::LinkLocal},    // metadata inside of a private block
      {"100.100.100.200", Place::LinkLocal},  // likewise
      {"168.63.129.16", Place::LinkLocal},    // inside of a public one
      {"0.0.0.0", Place::Nowhere},
      {"0.1.2.3", Place::Nowhere},
      {"::", Place::Nowhere},
      {"224.0.0.1", Place::Multicast},
      {"255.255.255.255", Place::Multicast},
      {"ff02::1", Place::Multicast},
      {"64:ff9b::127.0.0.1", Place::Loopback},  // NAT64
      {"64:ff9b::169.254.169.254", Place::LinkLocal},
      {"64:ff9b::8.8.8.8", Place::Public},
      {"2002:7f00:1::", Place::Loopback},  // 6to4
      {"::10.0.0.1", Place::Private},      // IPv4-compatible
  };
  for (auto [text, place] : cases)
    EXPECT_EQ(to_string(place_of(address(text))), std::string(to_string(place))) << text;
}

TEST(Place, OfARangeIsWhereAllOfItLies) {
  EXPECT_EQ(places_of(range("127.0.0.0/8")), Place::Loopback);
  EXPECT_EQ(places_of(range("169.254.169.254")), Place::LinkLocal);
  EXPECT_EQ(places_of(range("10.1.0.0/16")), Place::Private);
  for (const char* wide : {"0.0.0.0/0", "126.0.0.0/7", "::/0", "8.8.8.0/24"})
    EXPECT_EQ(places_of(range(wide)), kOtherMachines) << wide;
}

}  // namespace
}  // namespace wherry::policy
