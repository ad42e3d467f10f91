// An open-addressing map from strings to counts: words are made, looked up, inserted and grown into.
#include "steady.h"

enum { kWords = 150000, kDistinct = 40000, kWordBytes = 12 };

struct entry {
  char word[kWordBytes];
  uint32_t count;
};

struct map {
  struct entry* entries;
  uint32_t capacity, used;  // capacity is a power of two
};

static uint32_t hash_word(const char* word) {
  uint32_t hash = 2166136261u;
  for (; *word; ++word) hash = (hash ^ (uint8_t)*word) * 16777619u;
  return hash;
}

static struct entry* find(struct map* map, const char* word) {
  uint32_t at = hash_word(word) & (map->capacity - 1);
  while (map->entries[at].count && strcmp(map->entries[at].word, word) != 0) at = (at + 1) & (map->capacity - 1);
  return &map->entries[at];
}

static void grow(struct map* map) {
  struct map larger = {calloc(map->capacity * 2, sizeof(struct entry)), map->capacity * 2, map->used};
  for (uint32_t i = 0; i < map->capacity; ++i)
    if (map->entries[i].count) *find(&larger, map->entries[i].word) = map->entries[i];
  free(map->entries);
  *map = larger;
}

static void make_word(char* word, uint32_t number) {
  int size = 0;
  do {
    word[size++] = (char)('a' + number % 26);
    number /= 26;
  } while (number);
  word[size++] = 'x';
  word[size] = 0;
}

static uint64_t kernel(void) {
  struct map map = {calloc(64, sizeof(struct entry)), 64, 0};
  uint32_t random = 7;
  for (int i = 0; i < kWords; ++i) {
    char word[kWordBytes];
    make_word(word, next_random(&random) % kDistinct * 977);
    struct entry* entry = find(&map, word);
    if (entry->count++ == 0) {
      strcpy(entry->word, word);
      if (++map.used * 4 > map.capacity * 3) grow(&map);
    }
  }
  uint64_t digest = map.used;
  for (uint32_t i = 0; i < map.capacity; ++i) digest = mix(digest, map.entries[i].count);
  free(map.entries);
  return digest;
}
