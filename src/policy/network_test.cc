#include "policy/network.h"

#include <gtest/gtest.h>

namespace wherry::policy {
namespace {

IpAddress address(std::string_view text) { return parse_ip_address(text).value(); }

struct Attempt {
  const char* rule;
  const char* address;
  uint16_t port;
  bool allowed;
  std::vector<std::string_view> names = {};
};

void expect_connects(std::span<const Attempt> attempts) {
  for (const Attempt& attempt : attempts) {
    auto rule = parse_connect_rule(attempt.rule);
    ASSERT_TRUE(rule) << rule.error().message;
    NetworkRules rules{.connect = {*rule}};
    const Endpoint endpoint{rule->protocol, address(attempt.address), attempt.port};
    EXPECT_EQ(rules.allows_connect(endpoint, attempt.names), attempt.allowed)
        << attempt.rule << " " << to_string(endpoint);
  }
}

TEST(NetworkRule, IsWrittenAsItIsRead) {
  for (const char* text :
       {"tcp://example.com:443", "udp://*.example.com:53", "tcp://10.0.0.0/8:1-1024",
        "tcp://[2001:db8::/32]:*", "tcp://*:443", "tcp://db:5432,in=private",
        "tcp://db:5432,in=10.0.0.0/8", "tcp://db:5432,in=169.254.169.254", "tcp://localhost:80",
        "tcp://localhost:80,in=public", "tcp://a:80,in=loopback", "tcp://_sip.a-b.example:5060"}) {
    auto rule = parse_connect_rule(text);
    ASSERT_TRUE(rule) << text << ": " << rule.error().message;
    EXPECT_EQ(to_string(*rule), text);
  }
  EXPECT_EQ(to_string(*parse_connect_rule("tcp://Example.COM.:443-443")), "tcp://example.com:443");
  EXPECT_EQ(to_string(*parse_connect_rule("tcp://[::ffff:10.0.0.1]:1-65535")), "tcp://10.0.0.1:*");
  EXPECT_EQ(to_string(*parse_connect_rule("tcp://a:1,in=public")), "tcp://a:1");
  for (const char* text : {"tcp://127.0.0.1:8080", "tcp://*:8080", "udp://0.0.0.0/0:53",
                           "tcp://[::1]:80-90", "tcp://[::/0]:1"})
    EXPECT_EQ(to_string(parse_listen_rule(text).value()), text);
  EXPECT_EQ(to_string(*parse_listen_rule("tcp://0.0.0.0:80")), "tcp://0.0.0.0/0:80");
}

TEST(NetworkRule, RejectsAndSaysWhatToWrite) {
  const std::pair<const char*, const char*> cases[] = {
      {"example.com:443",
       "'example.com:443' has no protocol (write tcp://HOST:PORT or udp://HOST:PORT; HOST is a "
       "name, *.name, an address, a range or *)"},
      {"http://a:80",
       "'http://a:80' has no protocol (write tcp://HOST:PORT or udp://HOST:PORT; "
       "HOST is a name, *.name, an address, a range or *)"},
      {"tcp://example.com", "'example.com' has no port (put :443 behind it, or :* for all)"},
      {"tcp://[::1]", "'[::1]' has no port (put :443 behind it, or :* for all)"},
      {"tcp://::1:80", "'::1:80' has an IPv6 address without brackets (write [ADDRESS]:PORT)"},
      {"tcp://:80",
       "':80' has no host (write tcp://HOST:PORT or udp://HOST:PORT; HOST is a name, "
       "*.name, an address, a range or *)"},
      {"tcp://a:0", "'0' is no port (1 to 65535, 8000-8099, or * for all)"},
      {"tcp://a:65536", "'65536' is no port (1 to 65535, 8000-8099, or * for all)"},
      {"tcp://a:080", "'080' is no port (1 to 65535, 8000-8099, or * for all)"},
      {"tcp://a:9-8", "'9-8': ports are written from the lower to the higher"},
      {"tcp://127.1:80",
       "'127.1' is neither a name nor an address (an address has all its four numbers)"},
      {"tcp://0x7f000001:80",
       "'0x7f000001' is neither a name nor an address (an address has all its four numbers)"},
      {"tcp://a..b:80", "'a..b': has a part '' that no host's name has"},
      {"tcp://a.*.b:80", "'a.*.b': has a part '*' that no host's name has"},
      {"tcp://ä:80", "'\\xc3\\xa4': has a part '\\xc3\\xa4' that no host's name has"},
      {"tcp://0.0.0.0:80",
       "'0.0.0.0' is no address to connect to (write 127.0.0.1 for this "
       "machine, 0.0.0.0/0 for all)"},
      {"tcp://[::]:80",
       "'::' is no address to connect to (write 127.0.0.1 for this machine, [::/0] for all)"},
      {"tcp://10.0.0.1/8:80",
       "'10.0.0.1/8' is one address and a range at once (write 10.0.0.0/8 for the range)"},
      {"tcp://a:80,private",
       "'a:80,private': behind a name there may be ,in=private, "
       ",in=loopback or ,in=RANGE, and nothing else"},
      {"tcp://10.0.0.1:80,in=private",
       "'10.0.0.1:80,in=private': behind a name there may be "
       ",in=private, ,in=loopback or ,in=RANGE, and nothing else"},
      {"tcp://a:80,in=here", "in=here: 'here' is no IP address"},
  };
  for (auto [text, message] : cases) {
    auto rule = parse_connect_rule(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_EQ(rule.error().message, message);
    EXPECT_EQ(rule.error().code, ErrorCode::Invalid);
  }
  EXPECT_EQ(parse_listen_rule("tcp://example.com:80").error().message,
            "'example.com' is no address to listen at (write 127.0.0.1, or * for all)");
  EXPECT_FALSE(parse_connect_rule("tcp://" + std::string(254, 'a') + ":80"));
}

TEST(ConnectRule, AllowsItsAddressesPortsAndProtocol) {
  const Attempt attempts[] = {
      {"tcp://10.0.0.0/8:443", "10.1.2.3", 443, true},
      {"tcp://10.0.0.0/8:443", "::ffff:10.1.2.3", 443, true},
      {"tcp://10.0.0.0/8:443", "11.1.2.3", 443, false},
      {"tcp://10.0.0.0/8:443", "10.1.2.3", 444, false},
      {"tcp://10.0.0.0/8:8000-8099", "10.1.2.3", 8099, true},
      {"tcp://[2001:db8::/32]:*", "2001:db8::1", 1, true},
      {"tcp://127.0.0.1:80", "127.0.0.1", 80, true},
      {"tcp://127.0.0.1:80", "127.0.0.2", 80, false},
      {"tcp://169.254.169.254:80", "169.254.169.254", 80, true},
  };
  expect_connects(attempts);
  NetworkRules tcp{.connect = {*parse_connect_rule("tcp://10.0.0.1:53")}};
  EXPECT_FALSE(tcp.allows_connect({Protocol::Udp, address("10.0.0.1"), 53}, {}));
  EXPECT_FALSE(NetworkRules{}.allows_connect({Protocol::Tcp, address("8.8.8.8"), 443}, {}));
}

TEST(ConnectRule, ThatIsWideReachesNoSpecialPlace) {
  for (const char* rule :
       {"tcp://*:*", "tcp://0.0.0.0/0:*", "tcp://[::/0]:*", "tcp://0.0.0.0/1:*"}) {
    auto parsed = parse_connect_rule(rule);
    ASSERT_TRUE(parsed) << rule;
    NetworkRules rules{.connect = {*parsed}};
    for (const char* special :
         {"127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "169.254.169.254", "fe80::1",
          "fd00:ec2::254", "100.100.100.200", "64:ff9b::7f00:1", "224.0.0.1", "255.255.255.255"})
      EXPECT_FALSE(rules.allows_connect({Protocol::Tcp, address(special), 80}, {}))
          << rule << " " << special;
  }
}

TEST(ConnectRule, WithANameAllowsWhatTheNameWasAnsweredWith) {
  const Attempt attempts[] = {
      {"tcp://example.com:443", "93.184.216.34", 443, true, {"example.com"}},
      {"tcp://example.com:443", "93.184.216.34", 443, true, {"other.org", "EXAMPLE.com."}},
      {"tcp://example.com:443", "93.184.216.34", 443, false, {}},
      {"tcp://example.com:443", "93.184.216.34", 443, false, {"a.example.com"}},
      {"tcp://*.example.com:443", "93.184.216.34", 443, true, {"a.b.example.com"}},
      {"tcp://*.example.com:443", "93.184.216.34", 443, false, {"example.com"}},
      {"tcp://*.example.com:443", "93.184.216.34", 443, false, {"badexample.com"}},
      {"tcp://*.example.com:443", "93.184.216.34", 443, false, {"example.com.evil.org"}},
  };
  expect_connects(attempts);
}

// An answer is an attacker's: it must not open the way to this machine or its neighbours.
TEST(ConnectRule, WithANameIsNotRebound) {
  for (const char* inside : {"127.0.0.1", "::1", "10.0.0.1", "192.168.0.1", "169.254.169.254",
                             "fd12::1", "fe80::1", "0.0.0.0", "::", "::ffff:10.0.0.1",
                             "64:ff9b::a00:1", "2002:a00:1::", "100.64.0.1", "224.0.0.1"}) {
    NetworkRules rules{.connect = {*parse_connect_rule("tcp://example.com:*")}};
    std::vector<std::string_view> names{"example.com"};
    EXPECT_FALSE(rules.allows_connect({Protocol::Tcp, address(inside), 80}, names)) << inside;
  }
  const Attempt attempts[] = {
      {"tcp://db:5432,in=private", "10.0.0.1", 5432, true, {"db"}},
      {"tcp://db:5432,in=private", "8.8.8.8", 5432, false, {"db"}},
      {"tcp://db:5432,in=private", "127.0.0.1", 5432, false, {"db"}},
      {"tcp://db:5432,in=private", "169.254.169.254", 5432, false, {"db"}},
      {"tcp://db:5432,in=10.0.0.0/8", "10.0.0.1", 5432, true, {"db"}},
      {"tcp://db:5432,in=10.0.0.0/8", "192.168.0.1", 5432, false, {"db"}},
      {"tcp://db:5432,in=10.0.0.0/8", "10.0.0.1", 5432, false, {}},
      {"tcp://db:5432,in=0.0.0.0/0", "127.0.0.1", 5432, false, {"db"}},
      {"tcp://db:5432,in=loopback", "127.0.0.1", 5432, true, {"db"}},
      {"tcp://localhost:80", "127.0.0.1", 80, true, {"localhost"}},
      {"tcp://localhost:80", "10.0.0.1", 80, false, {"localhost"}},
  };
  expect_connects(attempts);
}

TEST(ConnectRule, SaysWhichNamesMayBeLookedUp) {
  NetworkRules rules{.connect = {*parse_connect_rule("tcp://*.example.com:443"),
                                 *parse_connect_rule("tcp://10.0.0.0/8:*")}};
  EXPECT_TRUE(rules.allows_resolve("A.example.com"));
  EXPECT_FALSE(rules.allows_resolve("example.com"));
  EXPECT_FALSE(rules.allows_resolve("secret.evil.org"));
  EXPECT_TRUE((NetworkRules{.connect = {*parse_connect_rule("tcp://*:443")}}.allows_resolve("a")));
}

TEST(ListenRule, AllowsItsAddressesAndPorts) {
  struct Case {
    const char *rule, *address;
    uint16_t port;
    bool allowed;
  };
  const Case cases[] = {
      {"tcp://127.0.0.1:8080", "127.0.0.1", 8080, true},
      {"tcp://127.0.0.1:8080", "127.0.0.1", 8081, false},
      {"tcp://127.0.0.1:8080", "0.0.0.0", 8080, false},
      {"tcp://127.0.0.1:8080", "::", 8080, false},
      {"tcp://127.0.0.0/8:*", "127.0.0.2", 1, true},
      {"tcp://0.0.0.0:8080", "0.0.0.0", 8080, true},
      {"tcp://0.0.0.0:8080", "127.0.0.1", 8080, true},
      {"tcp://0.0.0.0:8080", "::", 8080, false},
      {"tcp://[::]:8080", "::1", 8080, true},
      {"tcp://[::]:8080", "::", 8080, true},
      {"tcp://*:8080", "::", 8080, true},
      {"tcp://*:8080", "0.0.0.0", 8080, true},
      {"tcp://*:*", "10.0.0.1", 0, true},
      {"tcp://*:8080", "10.0.0.1", 0, false},
  };
  for (const Case& c : cases) {
    NetworkRules rules{.listen = {*parse_listen_rule(c.rule)}};
    EXPECT_EQ(rules.allows_listen({Protocol::Tcp, address(c.address), c.port}), c.allowed)
        << c.rule << " " << c.address << " " << c.port;
  }
}

TEST(ListenRule, SaysWhereTheHostOpensASocket) {
  auto opened = [](const char* text) -> std::string {
    auto endpoint = endpoint_to_open(*parse_listen_rule(text));
    return endpoint ? to_string(*endpoint) : "none";
  };
  EXPECT_EQ(opened("tcp://127.0.0.1:8080"), "tcp://127.0.0.1:8080");
  EXPECT_EQ(opened("udp://0.0.0.0:53"), "udp://0.0.0.0:53");
  EXPECT_EQ(opened("tcp://*:8080"), "tcp://[::]:8080");
  EXPECT_EQ(opened("tcp://127.0.0.1:*"), "tcp://127.0.0.1:0");
  EXPECT_EQ(opened("tcp://10.0.0.0/8:8080"), "none");
  EXPECT_EQ(opened("tcp://127.0.0.1:8080-8081"), "none");
}

TEST(NetworkRule, IntersectsToWhatBothAllow) {
  struct Case {
    const char *a, *b, *both;
  };
  const Case cases[] = {
      {"tcp://*.example.com:443", "tcp://a.example.com:*", "tcp://a.example.com:443"},
      {"tcp://*.example.com:443", "tcp://*.b.example.com:443", "tcp://*.b.example.com:443"},
      {"tcp://*.example.com:443", "tcp://*.example.org:443", "none"},
      {"tcp://a:80", "udp://a:80", "none"},
      {"tcp://a:80-90", "tcp://a:85-99", "tcp://a:85-90"},
      {"tcp://a:80", "tcp://a:81", "none"},
      {"tcp://10.0.0.0/8:*", "tcp://10.1.0.0/16:80", "tcp://10.1.0.0/16:80"},
      {"tcp://10.0.0.0/8:*", "tcp://11.0.0.0/8:80", "none"},
      {"tcp://*:443", "tcp://a:*", "tcp://a:443"},
      {"tcp://*:443", "tcp://10.0.0.0/8:*", "tcp://10.0.0.0/8:443"},
      {"tcp://*:*", "tcp://127.0.0.1:80", "none"},  // a wide rule says nothing of this machine
      {"tcp://db:*,in=private", "tcp://10.0.0.0/8:5432", "tcp://db:5432,in=10.0.0.0/8"},
      {"tcp://db:*", "tcp://10.0.0.0/8:5432", "none"},  // the name says public
      {"tcp://db:*,in=private", "tcp://db:*", "none"},
  };
  for (const Case& c : cases) {
    for (bool swapped : {false, true}) {
      auto a = parse_connect_rule(swapped ? c.b : c.a), b = parse_connect_rule(swapped ? c.a : c.b);
      ASSERT_TRUE(a && b) << c.a << " " << c.b;
      auto both = intersect_rules(*a, *b);
      EXPECT_EQ(both ? to_string(*both) : "none", c.both) << c.a << " " << c.b;
    }
  }
}

TEST(ResolvedNames, AreKnownByAddress) {
  ResolvedNames names;
  names.remember("Example.com.", address("93.184.216.34"));
  names.remember("example.com", address("93.184.216.34"));
  names.remember("other.org", address("93.184.216.34"));
  EXPECT_EQ(names.names_of(address("::ffff:93.184.216.34")),
            (std::vector<std::string_view>{"example.com", "other.org"}));
  EXPECT_TRUE(names.names_of(address("1.1.1.1")).empty());
  for (int i = 0; i < 1024; ++i) names.remember(fmt::format("host{}", i), address("1.1.1.1"));
  EXPECT_TRUE(names.names_of(address("93.184.216.34")).empty());  // the oldest are forgotten
}

TEST(Denial, NamesTheFlag) {
  const std::vector<std::string_view> db{"db"};
  EXPECT_EQ(connect_way_out({Protocol::Tcp, address("10.0.0.1"), 5432}, {}),
            "grant it with --connect tcp://10.0.0.1:5432");
  EXPECT_EQ(connect_way_out({Protocol::Tcp, address("10.0.0.1"), 5432}, db),
            "grant it with --connect tcp://db:5432,in=private");
  EXPECT_EQ(connect_way_out({Protocol::Tcp, address("169.254.169.254"), 80}, db),
            "grant it with --connect tcp://169.254.169.254:80");
  EXPECT_EQ(connect_way_out({Protocol::Udp, address("0.0.0.0"), 53}, {}),
            "no rule can allow it: connect to 127.0.0.1 or [::1] for this machine");
  EXPECT_EQ(listen_way_out({Protocol::Tcp, address("::"), 80}),
            "grant it with --listen tcp://[::]:80");
  EXPECT_EQ(listen_way_out({Protocol::Tcp, address("127.0.0.1"), 0}),
            "grant it with --listen tcp://127.0.0.1:*");
  EXPECT_EQ(listen_rule_for({Protocol::Udp, address("::"), 0}), "udp://[::]:*");
  EXPECT_TRUE(parse_listen_rule("udp://[::]:*"));
  EXPECT_EQ(resolve_way_out("Db", 5432), "grant it with --connect tcp://db:5432");
  EXPECT_EQ(resolve_way_out("db", 0), "grant it with --connect tcp://db:PORT");
}

}  // namespace
}  // namespace wherry::policy
