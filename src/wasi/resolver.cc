#include "wasi/resolver.h"

#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "support/file.h"
#include "wasi/dns_message.h"
#include "wasi/limits.h"

namespace wherry::wasi {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr uint16_t kDnsPort = 53;

// resolv.conf(5)'s own maxima.
constexpr size_t kDotsMax = 15;
constexpr unsigned kTimeoutSecondsMax = 30, kAttemptsMax = 5;

std::vector<std::string_view> split_words(std::string_view line) {
  line = line.substr(0, line.find_first_of("#;"));
  std::vector<std::string_view> words;
  constexpr std::string_view kBlanks = " \t\r";
  while (true) {
    const size_t begin = line.find_first_not_of(kBlanks);
    if (begin == line.npos) return words;
    line.remove_prefix(begin);
    const size_t end = std::min(line.find_first_of(kBlanks), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

template <class OnLine>
void for_each_line(std::string_view text, OnLine on_line) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    on_line(split_words(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool is_same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, tolower, tolower);
}

void parse_option(std::string_view word, ResolverOptions& options) {
  const size_t colon = word.find(':');
  if (colon == word.npos) return;
  std::string_view key = word.substr(0, colon), digits = word.substr(colon + 1);
  unsigned value = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc())
    return;
  if (key == "ndots") options.dots_min = std::min<size_t>(value, kDotsMax);
  if (key == "timeout")
    options.timeout = std::chrono::seconds(std::clamp(value, 1u, kTimeoutSecondsMax));
  if (key == "attempts") options.attempts = std::clamp(value, 1u, kAttemptsMax);
}

void parse_line(std::span<const std::string_view> words, ResolverOptions& options) {
  if (words.size() < 2) return;
  if (words[0] == "nameserver" && options.servers.size() < limits::kNameServersMax)
    if (auto ip = policy::parse_ip_address(words[1]))
      options.servers.push_back({Protocol::Udp, *ip, kDnsPort});
  if (words[0] == "search" || words[0] == "domain") {
    options.search.clear();  // the last one counts
    for (std::string_view domain : words.subspan(1))
      if (is_dns_name(domain) && options.search.size() < limits::kSearchDomainsMax)
        options.search.emplace_back(domain);
  }
  if (words[0] == "options")
    for (std::string_view word : words.subspan(1)) parse_option(word, options);
}

// The first name of the line is the canonical one; others are its aliases (hosts(5)).
void take_hosts_line(std::span<const std::string_view> words, std::string_view name,
                     Families families, Resolution& found) {
  if (words.size() < 2) return;
  auto is_it = [&](std::string_view each) { return is_same_name(each, name); };
  if (std::ranges::none_of(words.subspan(1), is_it)) return;
  auto ip = policy::parse_ip_address(words[0]);
  if (!ip || !(ip->is_v4() ? families.v4 : families.v6)) return;
  if (found.addresses.empty()) found.canonical_name = words[1];
  if (found.addresses.size() < limits::kDnsAddressesMax) found.addresses.push_back(*ip);
}

Resolution find_in_hosts(const std::string& path, std::string_view name, Families families) {
  Resolution found;
  if (auto text = read_file(path, {.size_bytes_max = limits::kHostsFileBytesMax}))
    for_each_line(as_text(*text), [&](std::span<const std::string_view> words) {
      take_hosts_line(words, name, families, found);
    });
  return found;
}

// RFC 6761 §6.3: localhost and names below it are this machine, whatever servers say.
std::optional<Resolution> find_localhost(std::string_view name, Families families) {
  constexpr std::string_view kLocalhost = "localhost";
  if (name.size() < kLocalhost.size()) return std::nullopt;
  std::string_view end = name.substr(name.size() - kLocalhost.size());
  if (!is_same_name(end, kLocalhost)) return std::nullopt;
  if (name.size() > end.size() && name[name.size() - end.size() - 1] != '.') return std::nullopt;
  Resolution found{.canonical_name = std::string(name), .addresses = {}};
  if (families.v6) found.addresses.push_back(loopback_address(Family::Inet6));
  if (families.v4) found.addresses.push_back(loopback_address(Family::Inet4));
  return found;
}

// A question to one server. Errors: nullopt where another server may know; intr.
class Exchange {
 public:
  Exchange(const Endpoint& server, Clock::time_point deadline)
      : server_(server), deadline_(deadline) {}

  ErrnoOr<std::optional<DnsAnswer>> ask(const DnsQuestion& question) {
    auto answer = TRY(ask_by_datagram(question));
    if (answer && answer->status == DnsAnswer::Status::Truncated) return ask_by_stream(question);
    return answer;
  }

 private:
  std::optional<Fd> connect_to_server(int type) {
    sockaddr_storage host;
    const socklen_t size = to_host(server_, host, family_of(server_.address));
    Fd socket(::socket(host.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.valid()) return std::nullopt;
    if (connect(socket.get(), reinterpret_cast<sockaddr*>(&host), size) != 0 &&
        errno != EINPROGRESS)
      return std::nullopt;
    return socket;
  }

  // False: too late.
  ErrnoOr<bool> wait(const Fd& socket, short event) {
    auto rest = std::chrono::duration_cast<milliseconds>(deadline_ - Clock::now());
    if (rest.count() <= 0) return false;
    pollfd ready{.fd = socket.get(), .events = event, .revents = 0};
    const int count = ::poll(&ready, 1, static_cast<int>(rest.count()));
    if (count < 0) return refuse_from_host();
    return count > 0;
  }

  ErrnoOr<std::optional<DnsAnswer>> ask_by_datagram(const DnsQuestion& question) {
    auto socket = connect_to_server(SOCK_DGRAM);
    const Bytes message = encode_question(question);
    if (!socket || send(socket->get(), message.data(), message.size(), MSG_NOSIGNAL) < 0)
      return std::nullopt;
    std::byte buffer[4096];
    while (TRY(wait(*socket, POLLIN))) {
      const ssize_t size = recv(socket->get(), buffer, sizeof buffer, 0);
      if (size < 0) return std::nullopt;  // "connection refused" comes here
      auto answer = parse_dns_answer(ByteSpan(buffer, static_cast<size_t>(size)), question);
      if (answer) return std::move(*answer);
      // A forged or late one: the true one may still come.
      if (answer.error().code == ErrorCode::Malformed) return std::nullopt;
    }
    return std::nullopt;
  }

  // RFC 1035 §4.2.2: each message has its length in front.
  ErrnoOr<std::optional<DnsAnswer>> ask_by_stream(const DnsQuestion& question) {
    auto socket = connect_to_server(SOCK_STREAM);
    if (!socket || !TRY(wait(*socket, POLLOUT))) return std::nullopt;
    const Bytes message = encode_question(question);
    Bytes framed = {static_cast<std::byte>(message.size() >> 8),
                    static_cast<std::byte>(message.size() & 0xff)};
    framed.insert(framed.end(), message.begin(), message.end());
    // It fits into any socket's buffer.
    if (send(socket->get(), framed.data(), framed.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(framed.size()))
      return std::nullopt;
    std::byte length[2];
    if (!TRY(receive(*socket, length))) return std::nullopt;
    Bytes answer(std::to_integer<size_t>(length[0]) << 8 | std::to_integer<size_t>(length[1]));
    if (!TRY(receive(*socket, answer))) return std::nullopt;
    auto parsed = parse_dns_answer(answer, question);
    if (!parsed || parsed->status == DnsAnswer::Status::Truncated) return std::nullopt;
    return std::move(*parsed);
  }

  // All of `buffer`; false where the server does not send that much in time.
  ErrnoOr<bool> receive(const Fd& socket, std::span<std::byte> buffer) {
    while (!buffer.empty()) {
      if (!TRY(wait(socket, POLLIN))) return false;
      const ssize_t size = recv(socket.get(), buffer.data(), buffer.size(), 0);
      if (size <= 0) return false;
      buffer = buffer.subspan(static_cast<size_t>(size));
    }
    return true;
  }

  const Endpoint& server_;
  Clock::time_point deadline_;
};

ErrnoOr<uint16_t> random_id() {
  uint16_t id;
  if (getrandom(&id, sizeof id, 0) != sizeof id) return refuse_from_host();
  return id;
}

// One name and one type, of each server in turn. Errors: aiagain, aifail, intr.
ErrnoOr<DnsAnswer> ask_servers(const std::string& name, DnsType type,
                               const ResolverOptions& options) {
  Errno error = Errno::aiagain;
  for (unsigned attempt = 0; attempt < options.attempts; ++attempt) {
    for (const Endpoint& server : options.servers) {
      DnsQuestion question{.name = name, .type = type, .id = TRY(random_id())};
      Exchange exchange(server, Clock::now() + options.timeout);
      auto answer = TRY(exchange.ask(question));
      if (!answer) continue;
      if (answer->status != DnsAnswer::Status::Failed) return std::move(*answer);
      error = Errno::aifail;
    }
  }
  return refuse(error);
}

// Errors: ainoname, ainodata, and those of ask_servers().
ErrnoOr<Resolution> ask_for_name(const std::string& name, Families families,
                                 const ResolverOptions& options) {
  Resolution found{.canonical_name = name, .addresses = {}};
  bool exists = false;
  std::optional<Errno> failure;
  for (DnsType type : {DnsType::Aaaa, DnsType::A}) {
    if (!(type == DnsType::A ? families.v4 : families.v6)) continue;
    auto answer = ask_servers(name, type, options);
    if (!answer) {
      if (answer.error() == Errno::intr) return refuse(Errno::intr);
      failure = answer.error();  // of the other type there may be an answer
      continue;
    }
    exists = exists || answer->status == DnsAnswer::Status::Ok;
    found.canonical_name = answer->canonical_name;
    found.addresses.insert(found.addresses.end(), answer->addresses.begin(),
                           answer->addresses.end());
  }
  if (!found.addresses.empty()) return found;
  if (failure) return refuse(*failure);
  return refuse(exists ? Errno::ainodata : Errno::ainoname);
}

// resolv.conf(5), search and ndots: the names to try, in order.
std::vector<std::string> candidates(std::string_view name, const ResolverOptions& options) {
  if (name.ends_with('.')) return {std::string(name.substr(0, name.size() - 1))};
  std::vector<std::string> names;
  for (const std::string& domain : options.search)
    if (std::string full = fmt::format("{}.{}", name, domain); is_dns_name(full))
      names.push_back(full.ends_with('.') ? full.substr(0, full.size() - 1) : full);
  const auto dots = static_cast<size_t>(std::ranges::count(name, '.'));
  names.insert(dots >= options.dots_min ? names.begin() : names.end(), std::string(name));
  return names;
}

}  // namespace

ResolverOptions parse_resolver_options(std::string_view resolv_conf) {
  ResolverOptions options;
  for_each_line(resolv_conf,
                [&](std::span<const std::string_view> words) { parse_line(words, options); });
  if (options.servers.empty())
    options.servers.push_back({Protocol::Udp, loopback_address(Family::Inet4), kDnsPort});
  return options;
}

ResolverOptions system_resolver_options() {
  auto text = read_file("/etc/resolv.conf", {.size_bytes_max = limits::kResolverFileBytesMax});
  return parse_resolver_options(text ? as_text(*text) : std::string_view());
}

ErrnoOr<Resolution> resolve(std::string_view name, Families families,
                            const ResolverOptions& options) {
  if (!is_dns_name(name)) return refuse(Errno::ainoname);
  std::string_view bare = name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
  if (Resolution found = find_in_hosts(options.hosts, bare, families); !found.addresses.empty())
    return found;
  if (auto found = find_localhost(bare, families)) return std::move(*found);
  Errno error = Errno::ainoname;
  for (const std::string& candidate : candidates(name, options)) {
    auto found = ask_for_name(candidate, families, options);
    if (found) return found;
    if (found.error() == Errno::intr) return found;
    // "No such name" of one domain says less than anything else.
    if (found.error() != Errno::ainoname) error = found.error();
  }
  return refuse(error);
}

}  // namespace wherry::wasi
