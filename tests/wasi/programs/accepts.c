// Serves connections on the socket that was handed over as the first descriptor behind the standard
// streams, until one says "quit": each line comes back in capitals. A folder is found behind the socket.
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { kListener = 3 };

static int answer(int connection) {
  char line[64];
  ssize_t size = recv(connection, line, sizeof line, 0);
  if (size <= 0) return 0;
  int quits = size >= 4 && memcmp(line, "quit", 4) == 0;
  for (ssize_t index = 0; index < size; ++index) line[index] = (char)toupper(line[index]);
  if (send(connection, line, (size_t)size, 0) != size) perror("send");
  return quits;
}

int main(void) {
  int type = 0;
  socklen_t type_size = sizeof type;
  if (getsockopt(kListener, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0) perror("getsockopt");
  const char* count = getenv("LISTEN_FDS");
  printf("sockets: %s, stream: %d, folder: %s\n", count ? count : "-", type == SOCK_STREAM,
         access("/data/file", F_OK) == 0 ? "found" : "lost");

  fcntl(kListener, F_SETFL, O_NONBLOCK);
  if (accept(kListener, NULL, NULL) < 0) printf("nobody yet: %d\n", errno == EAGAIN);
  fflush(stdout);
  for (int quits = 0; !quits;) {
    struct pollfd ready = {.fd = kListener, .events = POLLIN};
    if (poll(&ready, 1, 10000) != 1) return 1;
    int connection = accept(kListener, NULL, NULL);
    if (connection < 0) return 2;
    fcntl(connection, F_SETFL, 0);
    quits = answer(connection);
    shutdown(connection, SHUT_RDWR);
    close(connection);
  }
  return 0;
}
