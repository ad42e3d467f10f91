#include "container/confinement.h"

#include <gmock/gmock.h>

namespace wherry::container {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

policy::Effective effective(const std::vector<std::string>& listen,
                            const std::vector<std::string>& connect) {
  policy::Effective effective;
  for (const std::string& text : listen)
    effective.network.listen.push_back(*policy::parse_listen_rule(text));
  for (const std::string& text : connect)
    effective.network.connect.push_back(*policy::parse_connect_rule(text));
  return effective;
}

TEST(Confinement, OpensNothingUnasked) {
  const sandbox::Openings openings = openings_for({});
  EXPECT_THAT(openings.folders, IsEmpty());
  EXPECT_THAT(openings.files, IsEmpty());
  EXPECT_FALSE(openings.network.has_sockets);
}

TEST(Confinement, OpensFoldersByTheirRights) {
  policy::Effective given;
  given.directories = {{.host = "/data",
                        .guest = "/d",
                        .access = policy::FileRight::Read | policy::FileRight::Write},
                       {.host = "/logs", .guest = "/l", .access = policy::kReadOnly}};
  const sandbox::Openings openings = openings_for(given);
  ASSERT_EQ(openings.folders.size(), 2u);
  EXPECT_EQ(openings.folders[0].path, "/data");
  EXPECT_TRUE(openings.folders[0].writes);
  EXPECT_FALSE(openings.folders[0].creates || openings.folders[0].removes);
  EXPECT_FALSE(openings.folders[1].writes);
}

TEST(Confinement, OpensPorts) {
  const auto network =
      openings_for(effective({"tcp://127.0.0.1:8080"}, {"tcp://10.0.0.1:5432-5433"})).network;
  EXPECT_TRUE(network.has_sockets);
  EXPECT_THAT(network.bind, ElementsAre(8080));
  EXPECT_THAT(network.connect, ElementsAre(5432, 5433));
  EXPECT_FALSE(network.binds_anywhere || network.connects_anywhere);
}

TEST(Confinement, LeavesManyPortsToTheFirstWall) {
  const auto network = openings_for(effective({}, {"tcp://10.0.0.1:*"})).network;
  EXPECT_TRUE(network.connects_anywhere);
  EXPECT_FALSE(network.binds_anywhere);
}

TEST(Confinement, LetsNamesBeLookedUp) {
  for (const char* rule : {"tcp://example.com:443", "tcp://*:443"}) {
    const sandbox::Openings openings = openings_for(effective({}, {rule}));
    EXPECT_THAT(openings.network.connect, ElementsAre(443, 53)) << rule;
    EXPECT_THAT(openings.files, testing::Contains(fs::path("/etc/resolv.conf"))) << rule;
  }
  EXPECT_TRUE(openings_for(effective({}, {"tcp://10.0.0.1:443"})).files.empty());
}

}  // namespace
}  // namespace wherry::container
