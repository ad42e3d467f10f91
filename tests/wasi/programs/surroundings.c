/* Prints what a program finds around itself: arguments, environment, standard input, clocks, random bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int random_bytes_differ(void) {
  char first[16], second[16];
  return getentropy(first, sizeof first) == 0 && getentropy(second, sizeof second) == 0 &&
         memcmp(first, second, sizeof first) != 0;
}

static int clocks_advance(void) {
  struct timespec before, after, nap = {.tv_sec = 0, .tv_nsec = 2000000};
  clock_gettime(CLOCK_MONOTONIC, &before);
  nanosleep(&nap, NULL);
  clock_gettime(CLOCK_MONOTONIC, &after);
  long long passed = (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec;
  return passed >= nap.tv_nsec && time(NULL) > 1700000000;
}

int main(int argc, char **argv) {
  printf("arguments:");
  for (int i = 1; i < argc; ++i) printf(" [%s]", argv[i]);
  printf("\nenvironment:");
  for (char **variable = environ; variable && *variable; ++variable) printf(" [%s]", *variable);
  char line[100];
  printf("\ninput: %s\n", fgets(line, sizeof line, stdin) ? line : "none");
  printf("random: %d\nclocks: %d\nterminal: %d\n", random_bytes_differ(), clocks_advance(), isatty(0));
  fprintf(stderr, "on standard error\n");
  exit(argc);
}
