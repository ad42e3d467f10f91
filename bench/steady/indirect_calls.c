// Calls through tables of function pointers, as virtual calls are: shapes of eight kinds, in random order.
#include "steady.h"

enum { kShapes = 4096, kRounds = 400 };

struct shape;
struct operations {
  uint32_t (*area)(const struct shape*);
  void (*scale)(struct shape*, uint32_t);
};
struct shape {
  const struct operations* operations;
  uint32_t width, height;
};

#define KIND(name, expression, factor)                                                   \
  static uint32_t name##_area(const struct shape* s) { return expression; }               \
  static void name##_scale(struct shape* s, uint32_t by) { s->width += by * factor; } \
  static const struct operations name = {name##_area, name##_scale}

KIND(square, s->width* s->width, 1);
KIND(rectangle, s->width* s->height, 2);
KIND(triangle, s->width* s->height / 2, 3);
KIND(circle, s->width* s->width * 355 / 113, 4);
KIND(ellipse, s->width* s->height * 355 / 113, 5);
KIND(rhombus, (s->width ^ s->height) * 7, 6);
KIND(hexagon, s->width * 6 + s->height, 7);
KIND(line, s->width + s->height, 8);

static const struct operations* const kKinds[] = {&square,  &rectangle, &triangle, &circle,
                                                  &ellipse, &rhombus,   &hexagon,  &line};
static struct shape shapes[kShapes];

static uint64_t kernel(void) {
  uint32_t random = 99;
  for (int i = 0; i < kShapes; ++i)
    shapes[i] = (struct shape){kKinds[(i * 7 + i / 8) % 8], next_random(&random) % 1000, next_random(&random) % 1000};
  uint32_t sum = 0;
  for (int round = 0; round < kRounds; ++round)
    for (int i = 0; i < kShapes; ++i) {
      struct shape* shape = &shapes[i];
      sum += shape->operations->area(shape);
      shape->operations->scale(shape, sum & 3);
    }
  return sum;
}
