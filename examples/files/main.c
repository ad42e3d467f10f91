// Prints files, like cat. What it may open is not its own decision: see wherry.toml and README.md.
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int print_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    fprintf(stderr, "files: %s: %s\n", path, strerror(errno));
    return 1;
  }
  char buffer[4096];
  size_t count;
  while ((count = fread(buffer, 1, sizeof buffer, file)) > 0) fwrite(buffer, 1, count, stdout);
  int failed = ferror(file);
  if (failed) fprintf(stderr, "files: %s: %s\n", path, strerror(errno));
  fclose(file);
  return failed ? 1 : 0;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: files FILE...\n");
    return 2;
  }
  int status = 0;
  for (int i = 1; i < argc; i++) status |= print_file(argv[i]);
  return fflush(stdout) == 0 ? status : 1;
}
