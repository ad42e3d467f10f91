// A mix like CoreMark's: a linked list sorted and searched, small matrices of 16-bit numbers, a state machine that
// reads numbers, and a CRC over everything.
#include "steady.h"

enum { kItems = 400, kSide = 30, kTextBytes = 2048, kRounds = 60 };

struct item {
  struct item* next;
  int16_t key, index;
};

static struct item items[kItems];
static int16_t left[kSide][kSide], right[kSide][kSide];
static int32_t product[kSide][kSide];
static char text[kTextBytes];

static uint16_t crc16(uint16_t crc, uint16_t value) {
  for (int bit = 0; bit < 16; ++bit) {
    int carry = (crc ^ value) & 1;
    crc = (uint16_t)(crc >> 1 ^ (carry ? 0xa001 : 0));
    value >>= 1;
  }
  return crc;
}

static int by_key(const struct item* a, const struct item* b) { return a->key - b->key; }
static int by_index(const struct item* a, const struct item* b) { return a->index - b->index; }

static struct item* merge(struct item* a, struct item* b, int (*order)(const struct item*, const struct item*)) {
  struct item head, *tail = &head;
  while (a && b) {
    struct item** smaller = order(a, b) <= 0 ? &a : &b;
    tail->next = *smaller;
    tail = *smaller;
    *smaller = tail->next;
  }
  tail->next = a ? a : b;
  return head.next;
}

static struct item* sort(struct item* list, int count, int (*order)(const struct item*, const struct item*)) {
  if (count == 1) {
    list->next = NULL;
    return list;
  }
  struct item* middle = list;
  for (int step = 0; step < count / 2; ++step) middle = middle->next;
  struct item* second = sort(middle, count - count / 2, order);
  return merge(sort(list, count / 2, order), second, order);
}

static uint16_t list_part(uint16_t crc, uint32_t* random) {
  for (int i = 0; i < kItems; ++i)
    items[i] = (struct item){i + 1 < kItems ? &items[i + 1] : NULL, (int16_t)(next_random(random) & 0x7fff), (int16_t)i};
  struct item* list = sort(items, kItems, by_key);
  for (int wanted = 0; wanted < 40; ++wanted) {
    struct item* found = list;
    while (found && (found->key & 0xff) != wanted * 5) found = found->next;
    crc = crc16(crc, found ? (uint16_t)found->index : 0xffff);
  }
  list = sort(list, kItems, by_index);
  for (; list; list = list->next) crc = crc16(crc, (uint16_t)list->key);
  return crc;
}

static uint16_t matrix_part(uint16_t crc, uint32_t* random) {
  for (int i = 0; i < kSide; ++i)
    for (int j = 0; j < kSide; ++j) {
      left[i][j] = (int16_t)next_random(random);
      right[i][j] = (int16_t)(next_random(random) & 0xff);
    }
  for (int i = 0; i < kSide; ++i)
    for (int j = 0; j < kSide; ++j) {
      int32_t sum = 0;
      for (int k = 0; k < kSide; ++k) sum += left[i][k] * right[k][j] >> 3 & 0x1fff;
      product[i][j] = sum;
    }
  for (int i = 0; i < kSide; ++i)
    for (int j = 0; j < kSide; ++j)
      if ((i + j) % 4 == 0) crc = crc16(crc, (uint16_t)product[i][j]);
  return crc;
}

enum state { kStart, kSign, kInteger, kFraction, kExponent, kInvalid, kStates };

static enum state step(enum state state, char c) {
  int digit = c >= '0' && c <= '9';
  switch (state) {
    case kStart: return digit ? kInteger : c == '+' || c == '-' ? kSign : c == '.' ? kFraction : kInvalid;
    case kSign: return digit ? kInteger : c == '.' ? kFraction : kInvalid;
    case kInteger: return digit ? kInteger : c == '.' ? kFraction : c == 'e' ? kExponent : kInvalid;
    case kFraction: return digit ? kFraction : c == 'e' ? kExponent : kInvalid;
    case kExponent: return digit || c == '-' ? kExponent : kInvalid;
    default: return kInvalid;
  }
}

static uint16_t state_part(uint16_t crc, uint32_t* random) {
  static const char kAlphabet[] = "0123456789012345.,+-e,1x";
  uint32_t counts[kStates] = {0};
  for (int i = 0; i < kTextBytes; ++i) text[i] = kAlphabet[next_random(random) % (sizeof kAlphabet - 1)];
  enum state state = kStart;
  for (int i = 0; i < kTextBytes; ++i) {
    if (text[i] == ',') {
      ++counts[state];
      state = kStart;
    } else {
      state = step(state, text[i]);
    }
  }
  for (int i = 0; i < kStates; ++i) crc = crc16(crc, (uint16_t)counts[i]);
  return crc;
}

static uint64_t kernel(void) {
  uint32_t random = 12345;
  uint16_t crc = 0;
  for (int round = 0; round < kRounds; ++round) {
    crc = list_part(crc, &random);
    crc = matrix_part(crc, &random);
    crc = state_part(crc, &random);
  }
  return crc;
}
