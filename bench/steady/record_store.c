// What a small SQL engine does underneath: records with variable-length integers and text, in a B-tree of pages kept in
// one buffer; inserted in random order, looked up by key, scanned in order, and filtered by a comparison chosen at run
// time.
#include "steady.h"

enum { kPageBytes = 4096, kCellsMax = 60, kPages = 4000, kRecords = 20000, kRecordBytes = 52 };

struct cell {
  uint32_t key;
  uint32_t child;  // of an inner page: the page with smaller keys than `key`
  uint8_t record[kRecordBytes];
};
struct page {
  uint32_t count, is_leaf, last_child, padding;
  struct cell cells[kCellsMax];
};
_Static_assert(sizeof(struct page) <= kPageBytes, "a page has its size");

static uint8_t* buffer;
static uint32_t pages_used, root;

static struct page* page_at(uint32_t number) { return (struct page*)(buffer + (size_t)number * kPageBytes); }

static uint32_t new_page(int is_leaf) {
  struct page* page = page_at(pages_used);
  page->count = 0;
  page->is_leaf = (uint32_t)is_leaf;
  return pages_used++;
}

static uint8_t* put_varint(uint8_t* at, uint64_t value) {
  for (; value >= 0x80; value >>= 7) *at++ = (uint8_t)(value | 0x80);
  *at++ = (uint8_t)value;
  return at;
}

static const uint8_t* get_varint(const uint8_t* at, uint64_t* value) {
  *value = 0;
  for (int shift = 0;; shift += 7) {
    *value |= (uint64_t)(*at & 0x7f) << shift;
    if ((*at++ & 0x80) == 0) return at;
  }
}

// A record: [amount varint][size of the name varint][name][flags, one byte]
static void encode(uint8_t* record, uint32_t key, uint64_t amount) {
  char name[32];
  int size = 0;
  for (uint32_t rest = key; size < 6 || rest; rest /= 10) name[size++] = (char)('0' + rest % 10);
  uint8_t* at = put_varint(put_varint(record, amount), (uint64_t)size);
  memcpy(at, name, (size_t)size);
  at[size] = (uint8_t)(key & 7);
}

static uint32_t lower_bound(const struct page* page, uint32_t key) {
  uint32_t low = 0, high = page->count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (page->cells[middle].key < key)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static uint32_t child_at(const struct page* page, uint32_t index) {
  return index == page->count ? page->last_child : page->cells[index].child;
}

static struct cell* open_gap(struct page* page, uint32_t index) {
  memmove(&page->cells[index + 1], &page->cells[index], (page->count - index) * sizeof(struct cell));
  ++page->count;
  return &page->cells[index];
}

// Splits the full child at `index` of `parent`, which has room: the upper half stays in the old page.
static void split_child(struct page* parent, uint32_t index) {
  uint32_t upper_number = child_at(parent, index);
  struct page* upper = page_at(upper_number);
  uint32_t lower_number = new_page((int)upper->is_leaf);
  struct page* lower = page_at(lower_number);
  uint32_t half = upper->count / 2;
  struct cell middle = upper->cells[half];
  uint32_t moved = upper->is_leaf ? half + 1 : half;
  memcpy(lower->cells, upper->cells, moved * sizeof(struct cell));
  lower->count = moved;
  lower->last_child = middle.child;
  memmove(upper->cells, &upper->cells[half + 1], (upper->count - half - 1) * sizeof(struct cell));
  upper->count -= half + 1;
  struct cell* separator = open_gap(parent, index);
  separator->key = middle.key;
  separator->child = lower_number;
}

static void insert(uint32_t key, uint64_t amount) {
  if (page_at(root)->count == kCellsMax) {
    uint32_t above = new_page(0);
    page_at(above)->last_child = root;
    split_child(page_at(above), 0);
    root = above;
  }
  struct page* page = page_at(root);
  while (!page->is_leaf) {
    uint32_t index = lower_bound(page, key);
    if (page_at(child_at(page, index))->count == kCellsMax) {
      split_child(page, index);
      index = lower_bound(page, key);
    }
    page = page_at(child_at(page, index));
  }
  uint32_t index = lower_bound(page, key);
  if (index == page->count || page->cells[index].key != key) open_gap(page, index)->key = key;
  encode(page->cells[index].record, key, amount);
}

static const uint8_t* find(uint32_t key) {
  struct page* page = page_at(root);
  while (!page->is_leaf) page = page_at(child_at(page, lower_bound(page, key)));
  uint32_t index = lower_bound(page, key);
  return index < page->count && page->cells[index].key == key ? page->cells[index].record : NULL;
}

typedef int (*filter)(const uint8_t* record);

static int is_rich(const uint8_t* record) {
  uint64_t amount;
  get_varint(record, &amount);
  return amount > 1u << 30;
}

static int is_named(const uint8_t* record) {
  uint64_t amount, size;
  const uint8_t* name = get_varint(get_varint(record, &amount), &size);
  return memcmp(name, "123", 3) <= 0 && name[size] != 3;
}

static uint64_t scan(const struct page* page, filter wanted) {
  uint64_t digest = 0;
  for (uint32_t i = 0; i < page->count; ++i) {
    if (!page->is_leaf)
      digest = mix(digest, scan(page_at(page->cells[i].child), wanted));
    else if (wanted(page->cells[i].record))
      digest = mix(digest, page->cells[i].key);
  }
  return page->is_leaf ? digest : mix(digest, scan(page_at(page->last_child), wanted));
}

static uint64_t kernel(void) {
  static const filter kFilters[] = {is_rich, is_named};
  if (!buffer) buffer = malloc((size_t)kPages * kPageBytes);
  pages_used = 0;
  root = new_page(1);
  uint32_t random = 31;
  for (int i = 0; i < kRecords; ++i) {
    uint32_t key = next_random(&random) % (4 * kRecords);
    insert(key, next_random(&random));
  }
  uint64_t digest = pages_used;
  for (uint32_t key = 0; key < 4 * kRecords; key += 7) {
    const uint8_t* record = find(key * 2654435761u % (4 * kRecords));
    uint64_t amount = 0;
    if (record) get_varint(record, &amount);
    digest = mix(digest, amount);
  }
  for (int round = 0; round < 10; ++round) digest = mix(digest, scan(page_at(root), kFilters[round % 2]));
  return digest;
}
