/* Prints the first line of each file named, or why it cannot be read; with "+NAME", of a file to be created. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    int is_new = argv[i][0] == '+';
    char line[100] = "";
    FILE *file = fopen(argv[i] + is_new, is_new ? "w" : "r");
    if (!file)
      printf("%s: %s\n", argv[i], strerror(errno));
    else if (is_new)
      printf("%s: created\n", argv[i]);
    else
      printf("%s: %s\n", argv[i], fgets(line, sizeof line, file) ? line : "empty");
  }
  return 0;
}
