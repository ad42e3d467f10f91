// Measures how long programs take from fork/exec to exit, in turns, so that what else the machine
// does meets all of them alike:
//
//   cold_start ROUNDS NAME COMMAND [ARGUMENT...] [-- NAME COMMAND [ARGUMENT...]]...
//
// One round runs every command once, in an order that moves on with each round. The first tenth of
// the rounds only warms the caches. Prints the times of each in microseconds and the ratio of its
// median to that of the first. Programs read /dev/null and write to /dev/null; one that fails ends
// the measurement.
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

extern char** environ;

namespace {

struct Command {
  std::string name;
  std::vector<char*> argv;  // ends with nullptr, for posix_spawn
  std::vector<double> times_us = {};
};

[[noreturn]] void give_up(const std::string& message) {
  std::fprintf(stderr, "cold_start: %s\n", message.c_str());
  std::exit(1);
}

std::vector<Command> parse_commands(char** words, char** end) {
  std::vector<Command> commands;
  while (words < end) {
    char** next = std::find_if(words, end, [](char* word) { return std::strcmp(word, "--") == 0; });
    if (next - words < 2) give_up("a name and a command are needed");
    Command command{.name = words[0], .argv = std::vector<char*>(words + 1, next)};
    command.argv.push_back(nullptr);
    commands.push_back(std::move(command));
    words = std::min(next + 1, end);
  }
  return commands;
}

// Moving between processors costs caches, by chance: all run on the last one, which interrupts meet
// the least.
void pin_to_one_processor() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    ::sched_setaffinity(0, sizeof one, &one);
    return;
  }
}

double run_once(const Command& command, const posix_spawn_file_actions_t& actions) {
  auto start = std::chrono::steady_clock::now();
  pid_t pid = 0;
  int error = ::posix_spawn(&pid, command.argv[0], &actions, nullptr, command.argv.data(), environ);
  if (error != 0) give_up(command.name + ": " + std::strerror(error));
  int status = 0;
  if (::wait4(pid, &status, 0, nullptr) != pid) give_up(command.name + ": wait4 failed");
  std::chrono::duration<double, std::micro> elapsed = std::chrono::steady_clock::now() - start;
  if (status != 0) give_up(command.name + ": ended with status " + std::to_string(status));
  return elapsed.count();
}

void measure(std::vector<Command>& commands, size_t rounds) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  size_t warm_up_rounds = std::max<size_t>(rounds / 10, 1);
  for (size_t round = 0; round < warm_up_rounds + rounds; round++) {
    for (size_t i = 0; i < commands.size(); i++) {
      Command& command = commands[(i + round) % commands.size()];
      double time_us = run_once(command, actions);
      if (round >= warm_up_rounds) command.times_us.push_back(time_us);
    }
  }
  posix_spawn_file_actions_destroy(&actions);
}

double percentile(const std::vector<double>& sorted, double fraction) {
  return sorted[static_cast<size_t>(fraction * static_cast<double>(sorted.size() - 1))];
}

void print(std::vector<Command>& commands) {
  for (Command& command : commands) std::ranges::sort(command.times_us);
  double first_us = percentile(commands.front().times_us, 0.5);
  std::printf("%-32s %9s %9s %9s %7s\n", "exec to exit, in us", "min", "median", "p90", "ratio");
  for (const Command& command : commands) {
    double median_us = percentile(command.times_us, 0.5);
    std::printf("%-32s %9.0f %9.0f %9.0f %7.2f\n", command.name.c_str(), command.times_us.front(),
                median_us, percentile(command.times_us, 0.9), median_us / first_us);
  }
}

}  // namespace

int main(int argc, char** argv) {
  long rounds = argc > 1 ? std::atol(argv[1]) : 0;
  if (rounds < 1)
    give_up(
        "usage: cold_start ROUNDS NAME COMMAND [ARGUMENT...] [-- NAME COMMAND [ARGUMENT...]]...");
  std::vector<Command> commands = parse_commands(argv + 2, argv + argc);
  if (commands.empty()) give_up("a name and a command are needed");
  pin_to_one_processor();
  measure(commands, static_cast<size_t>(rounds));
  print(commands);
}
