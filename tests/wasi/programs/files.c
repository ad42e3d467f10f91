/* Works on files below its first argument, a folder, and says where it fails. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK(condition)                                                             \
  if (!(condition)) {                                                                \
    printf("line %d: %s: %s\n", __LINE__, #condition, strerror(errno));              \
    exit(1);                                                                         \
  }

static void check_listing(const char *path, int expected) {
  DIR *folder = opendir(path);
  CHECK(folder);
  int count = 0;
  while (readdir(folder)) ++count;
  CHECK(count == expected);
  closedir(folder);
}

static void check_positions(void) {
  char text[10] = "";
  FILE *file = fopen("notes.txt", "w+");
  CHECK(file && fprintf(file, "%s %d\n", "line", 1) == 7 && fseek(file, 5, SEEK_SET) == 0);
  CHECK(fgets(text, sizeof text, file) && strcmp(text, "1\n") == 0 && ftell(file) == 7);
  CHECK(fclose(file) == 0);
  int fd = open("notes.txt", O_RDWR | O_APPEND);
  CHECK(fd > 2 && write(fd, "more", 4) == 4 && lseek(fd, 0, SEEK_END) == 11);
  CHECK(pread(fd, text, 4, 7) == 4 && memcmp(text, "more", 4) == 0);
  CHECK(ftruncate(fd, 4) == 0 && fsync(fd) == 0 && close(fd) == 0);
}

int main(int argc, char **argv) {
  CHECK(argc == 2 && chdir(argv[1]) == 0);
  struct stat status;
  check_positions();
  CHECK(stat("notes.txt", &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 4);
  CHECK(mkdir("folder", 0777) == 0 && mkdir("folder", 0777) != 0 && errno == EEXIST);
  CHECK(rename("notes.txt", "folder/moved.txt") == 0 && access("notes.txt", F_OK) != 0);
  CHECK(link("folder/moved.txt", "hard") == 0 && symlink("folder/moved.txt", "soft") == 0);
  CHECK(stat("soft", &status) == 0 && status.st_nlink == 2);
  CHECK(lstat("soft", &status) == 0 && S_ISLNK(status.st_mode));
  char target[100];
  CHECK(readlink("soft", target, sizeof target) == 16);
  check_listing("folder", 3);
  check_listing(".", 5);
  CHECK(rmdir("folder") != 0 && errno == ENOTEMPTY);
  CHECK(unlink("folder/moved.txt") == 0 && rmdir("folder") == 0 && unlink("soft") == 0);
  CHECK(open("nothing", O_RDONLY) < 0 && errno == ENOENT);
  puts("all is well");
  return 0;
}
