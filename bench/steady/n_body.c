// The outer planets, as in the Computer Language Benchmarks Game: double precision, square roots.
#include <math.h>

#include "steady.h"

enum { kBodies = 5, kSteps = 100000 };
static const double kPi = 3.141592653589793;

struct body {
  double x, y, z, vx, vy, vz, mass;
};

static const struct body kStart[kBodies] = {
    {0, 0, 0, 0, 0, 0, 1},
    {4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01, 1.66007664274403694e-03,
     7.69901118419740425e-03, -6.90460016972063023e-05, 9.54791938424326609e-04},
    {8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01, -2.76742510726411899e-03,
     4.99852801234917238e-03, 2.30417297573763929e-05, 2.85885980666130812e-04},
    {1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01, 2.96460137564761618e-03,
     2.37847173959480950e-03, -2.96589568540237556e-05, 4.36624404335156298e-05},
    {1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01, 2.68067772490389322e-03,
     1.62824170038242295e-03, -9.51592254519715870e-05, 5.15138902046611451e-05}};

static void advance(struct body* bodies, double dt) {
  for (int i = 0; i < kBodies; ++i)
    for (int j = i + 1; j < kBodies; ++j) {
      struct body *a = &bodies[i], *b = &bodies[j];
      double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
      double square = dx * dx + dy * dy + dz * dz;
      double force = dt / (square * sqrt(square));
      a->vx -= dx * b->mass * force, a->vy -= dy * b->mass * force, a->vz -= dz * b->mass * force;
      b->vx += dx * a->mass * force, b->vy += dy * a->mass * force, b->vz += dz * a->mass * force;
    }
  for (int i = 0; i < kBodies; ++i) {
    bodies[i].x += dt * bodies[i].vx;
    bodies[i].y += dt * bodies[i].vy;
    bodies[i].z += dt * bodies[i].vz;
  }
}

static uint64_t kernel(void) {
  struct body bodies[kBodies];
  memcpy(bodies, kStart, sizeof bodies);
  for (int i = 1; i < kBodies; ++i) bodies[i].mass *= 4 * kPi * kPi;
  bodies[0].mass = 4 * kPi * kPi;
  for (int step = 0; step < kSteps; ++step) advance(bodies, 0.00001 * 365.24);
  uint64_t digest = 0;
  for (int i = 0; i < kBodies; ++i) digest = mix_double(mix_double(digest, bodies[i].x), bodies[i].vy);
  return digest;
}
