#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <thread>

#include "sandbox/cgroup.h"

namespace wherry::sandbox {
namespace {

Selection only(Layer layer) {
  Selection selection;
  selection.wanted.add(layer);
  selection.required.add(layer);
  return selection;
}

constexpr int kNotConfined = 100;

// What `attempt` gives in a process of its own behind the wall; 128 + N where signal N ended it.
int behind_wall(const Openings& openings, const Selection& selection,
                const std::function<int()>& attempt) {
  const pid_t child = fork();
  if (child == 0) _exit(confine(openings, selection) ? attempt() : kNotConfined);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int error_of(int result) { return result < 0 ? errno : 0; }

bool lacks(Layer layer) {
  for (const Shortcoming& shortcoming : examine())
    if (shortcoming.layer == layer) return true;
  return false;
}

class Sandbox : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "wherry-sandbox.XXXXXX";
    folder_ = mkdtemp(pattern.data());
    fs::create_directories(folder_ / "granted");
    for (const char* name : {"granted/file", "other"}) {
      Fd file(open((folder_ / name).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
      ASSERT_TRUE(file.valid());
    }
  }
  void TearDown() override { fs::remove_all(folder_); }

  int open_error(const char* name, int flags) const {
    return error_of(open((folder_ / name).c_str(), flags | O_CLOEXEC, 0600));
  }

  fs::path folder_;
};

TEST_F(Sandbox, OpensGrantedFoldersAlone) {
  if (lacks(Layer::Landlock)) GTEST_SKIP() << "this machine has no Landlock";
  const Openings reading{.folders = {{.path = folder_ / "granted"}}};
  const Openings writing{
      .folders = {{.path = folder_ / "granted", .writes = true, .creates = true}}};
  struct Case {
    const Openings& openings;
    const char* name;
    int flags;
    int expected;
  };
  const Case cases[] = {
      {reading, "granted/file", O_RDONLY, 0},
      {reading, "granted", O_RDONLY | O_DIRECTORY, 0},
      {reading, "granted/file", O_WRONLY, EACCES},
      {reading, "granted/new", O_WRONLY | O_CREAT, EACCES},
      {reading, "other", O_RDONLY, EACCES},
      {reading, ".", O_RDONLY | O_DIRECTORY, EACCES},
      {writing, "granted/file", O_RDWR | O_TRUNC, 0},
      {writing, "granted/new", O_WRONLY | O_CREAT, 0},
      {writing, "other", O_WRONLY, EACCES},
      {writing, "new", O_WRONLY | O_CREAT, EACCES},
  };
  for (const Case& item : cases)
    EXPECT_EQ(behind_wall(item.openings, only(Layer::Landlock),
                          [&] { return open_error(item.name, item.flags); }),
              item.expected)
        << item.name << " " << item.flags;
}

// Whatever lies at its path by now.
TEST_F(Sandbox, OpensAFolderByItsDescriptor) {
  if (lacks(Layer::Landlock)) GTEST_SKIP() << "this machine has no Landlock";
  const Fd granted(open((folder_ / "granted").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  fs::rename(folder_ / "granted", folder_ / "moved");
  fs::create_directory(folder_ / "granted");
  fs::copy_file(folder_ / "other", folder_ / "granted/file");
  const Openings openings{.folders = {{.path = folder_ / "granted", .fd = granted.get()}}};
  auto open_at = [&](const char* name) {
    return behind_wall(openings, only(Layer::Landlock), [&] { return open_error(name, O_RDONLY); });
  };
  EXPECT_EQ(open_at("moved/file"), 0);
  EXPECT_EQ(open_at("granted/file"), EACCES);
}

TEST_F(Sandbox, RemovesWhereThatIsGranted) {
  if (lacks(Layer::Landlock)) GTEST_SKIP() << "this machine has no Landlock";
  auto remove = [&] { return error_of(unlink((folder_ / "granted/file").c_str())); };
  const Openings writing{.folders = {{.path = folder_ / "granted", .writes = true}}};
  EXPECT_EQ(behind_wall(writing, only(Layer::Landlock), remove), EACCES);
  const Openings removing{.folders = {{.path = folder_ / "granted", .removes = true}}};
  EXPECT_EQ(behind_wall(removing, only(Layer::Landlock), remove), 0);
}

// A TCP port of ours that is listened on.
class ListeningPort {
 public:
  ListeningPort() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address_), size), 0);
    EXPECT_EQ(listen(socket_.get(), 1), 0);
    EXPECT_EQ(getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address_), &size), 0);
  }
  uint16_t port() const { return ntohs(address_.sin_port); }
  int connect_error() const {
    Fd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!client.valid()) return errno;
    return error_of(
        connect(client.get(), reinterpret_cast<const sockaddr*>(&address_), sizeof address_));
  }

 private:
  Fd socket_;
  sockaddr_in address_{};
};

TEST_F(Sandbox, ConnectsToGrantedPortsAlone) {
  if (lacks(Layer::Landlock)) GTEST_SKIP() << "this machine has no Landlock";
  const ListeningPort granted, other;
  Selection both = only(Layer::Landlock);
  both.wanted.add(Layer::Seccomp);
  const Openings one_port{.network = {.has_sockets = true, .connect = {granted.port()}}};
  EXPECT_EQ(behind_wall(one_port, both, [&] { return granted.connect_error(); }), 0);
  EXPECT_EQ(behind_wall(one_port, both, [&] { return other.connect_error(); }), EACCES);
  const Openings all_ports{.network = {.has_sockets = true, .connects_anywhere = true}};
  EXPECT_EQ(behind_wall(all_ports, both, [&] { return other.connect_error(); }), 0);
  // Whoever connects anywhere may have asked for single ports besides: the resolver's.
  const Openings all_and_one{
      .network = {.has_sockets = true, .connect = {53}, .connects_anywhere = true}};
  EXPECT_EQ(behind_wall(all_and_one, both, [&] { return other.connect_error(); }), 0);
  const Openings binds_all{.network = {.has_sockets = true, .bind = {80}, .binds_anywhere = true}};
  EXPECT_EQ(behind_wall(binds_all, both, [&] { return other.connect_error(); }), EACCES);
  EXPECT_EQ(behind_wall({}, both, [&] { return other.connect_error(); }), ENOSYS);
}

TEST_F(Sandbox, DropsPrivileges) {
  auto privileges = [] {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3]{};
    if (syscall(SYS_capget, &header, sets) != 0) return 1;
    if (sets[0].permitted || sets[1].permitted || sets[0].inheritable) return 2;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0) != 0) return 3;
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 4;
  };
  EXPECT_EQ(behind_wall({}, only(Layer::Privileges), privileges), 0);
}

TEST_F(Sandbox, DropsWhatNamespacesGive) {
  if (lacks(Layer::Namespaces)) GTEST_SKIP() << "this machine gives no namespaces";
  Selection both = only(Layer::Namespaces);
  both.wanted.add(Layer::Privileges);
  auto set_host_name = [] { return error_of(sethostname("x", 1)); };
  EXPECT_EQ(behind_wall({}, only(Layer::Namespaces), set_host_name), 0);
  EXPECT_EQ(behind_wall({}, both, set_host_name), EPERM);
}

TEST_F(Sandbox, KeepsTheMachinesNetworkOutOfSight) {
  if (lacks(Layer::Namespaces)) GTEST_SKIP() << "this machine gives no namespaces";
  const ListeningPort port;
  auto connect = [&] { return port.connect_error(); };
  EXPECT_EQ(behind_wall({}, only(Layer::Namespaces), connect), ENETUNREACH);
  EXPECT_EQ(behind_wall({.network = {.has_sockets = true}}, only(Layer::Namespaces), connect), 0);
}

TEST_F(Sandbox, SetsLimits) {
  auto limits = [] {
    rlimit core{}, files{};
    if (getrlimit(RLIMIT_CORE, &core) != 0 || getrlimit(RLIMIT_NOFILE, &files) != 0) return 1;
    return core.rlim_max == 0 && files.rlim_cur == files.rlim_max ? 0 : 2;
  };
  EXPECT_EQ(behind_wall({}, only(Layer::Rlimits), limits), 0);
}

TEST_F(Sandbox, StartsThreadsAndNoProcesses) {
  EXPECT_EQ(behind_wall({}, only(Layer::Seccomp),
                        [] {
                          int ran = 1;
                          std::thread([&] { ran = 0; }).join();
                          return ran;
                        }),
            0);
  EXPECT_EQ(behind_wall({}, only(Layer::Seccomp), [] { return error_of(fork()); }), EPERM);
  EXPECT_EQ(behind_wall({}, only(Layer::Seccomp),
                        [] { return error_of(execl("/bin/true", "true", nullptr)); }),
            128 + SIGSYS);
}

TEST_F(Sandbox, MakesNoCode) {
  EXPECT_EQ(behind_wall({}, only(Layer::Seccomp),
                        [] {
                          void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                          if (page == MAP_FAILED) return 1;
                          return error_of(mprotect(page, 4096, PROT_READ | PROT_EXEC));
                        }),
            EPERM);
}

TEST(Selection, TakesNamesOfLayers) {
  const std::string required[] = {"namespaces,seccomp"}, left_out[] = {"landlock"};
  auto selection = parse_selection(required, left_out);
  ASSERT_TRUE(selection);
  EXPECT_TRUE(selection->wanted.has(Layer::Namespaces));
  EXPECT_TRUE(selection->required.has(Layer::Seccomp));
  EXPECT_TRUE(selection->wanted.has(Layer::Rlimits));
  EXPECT_FALSE(selection->required.has(Layer::Rlimits));
  EXPECT_FALSE(selection->wanted.has(Layer::Landlock));

  const std::string all[] = {"all"}, unknown[] = {"walls"}, empty[] = {""};
  EXPECT_EQ(parse_selection({}, all)->wanted, LayerSet());
  EXPECT_FALSE(parse_selection(unknown, {}));
  EXPECT_FALSE(parse_selection(empty, {}));
  EXPECT_FALSE(parse_selection(required, all));
}

// The folders of the cgroups of process `pid`, wherever they are mounted.
std::vector<fs::path> cgroups_of(pid_t pid) {
  std::vector<fs::path> found;
  std::error_code ignored;
  const std::string name = fmt::format("wherry-{}", pid);
  for (fs::recursive_directory_iterator at("/sys/fs/cgroup", ignored), end; at != end;
       at.increment(ignored))
    if (at->path().filename() == name) found.push_back(at->path());
  return found;
}

TEST_F(Sandbox, CgroupsBoundTasksAndAreGoneAtTheEnd) {
  if (lacks(Layer::Cgroup)) GTEST_SKIP() << "no cgroup can be made here";
  Openings openings;
  openings.bounds = {.memory_bytes = 256 << 20, .tasks = 3, .processors = 1};
  pid_t confined = -1;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  // Of four more processes only two may live beside it.
  EXPECT_EQ(behind_wall(openings, only(Layer::Cgroup),
                        [&] {
                          const pid_t own = getpid();
                          if (write(ends[1], &own, sizeof own) != sizeof own) return -1;
                          if (cgroups_of(own).empty()) return -2;
                          int refused = 0;
                          for (int i = 0; i < 4; ++i) {
                            const pid_t child = fork();
                            if (child == 0) {
                              usleep(200'000);
                              _exit(0);
                            }
                            refused += child < 0;
                          }
                          return refused;
                        }),
            2);
  ASSERT_EQ(read(ends[0], &confined, sizeof confined), ssize_t{sizeof confined});
  close(ends[0]);
  close(ends[1]);
  for (int tries = 0; tries < 400 && !cgroups_of(confined).empty(); ++tries) usleep(10'000);
  EXPECT_TRUE(cgroups_of(confined).empty());
}

TEST(Cgroup, IsFoundInBothVersions) {
  constexpr std::string_view kBoth =
      "12:cpu,cpuacct:/a\n4:memory:/m/n\n1:name=systemd:/s\n0::/u.slice\n";
  EXPECT_EQ(find_cgroup(kBoth, "memory"), (CgroupPlace{"memory", "/m/n"}));
  EXPECT_EQ(find_cgroup(kBoth, "cpu"), (CgroupPlace{"cpu,cpuacct", "/a"}));
  EXPECT_EQ(find_cgroup(kBoth, "pids"), (CgroupPlace{"", "/u.slice"}));
  EXPECT_EQ(find_cgroup("0::/", "pids"), (CgroupPlace{"", "/"}));
  for (std::string_view text : {"", "\n", "x", "4:memory:", ":::", "4:memory:relative\n"})
    EXPECT_EQ(find_cgroup(text, "memory"), std::nullopt) << text;
}

}  // namespace
}  // namespace wherry::sandbox
