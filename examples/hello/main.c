// Says hello: as a command on standard output, as a CGI program (RFC 3875) in an HTTP answer.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  if (getenv("REQUEST_METHOD")) printf("Content-Type: text/plain\r\n\r\n");
  printf("hello\n");
  return fflush(stdout) == 0 ? 0 : 1;
}
