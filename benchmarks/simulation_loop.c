/* Hand-written loops for two models: an M/M/1 queue, and a saturated line with blocking after service, with or without
   operation-dependent failures. Events in a binary heap, xoshiro256++, exponentials by the logarithm. Prints parts and clock. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t s[4] = {0x9E3779B97F4A7C15u, 0xBF58476D1CE4E5B9u, 0x94D049BB133111EBu, 0x2545F4914F6CDD1Du};
static inline uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
static inline uint64_t next(void) {
    uint64_t r = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotl(s[3], 45);
    return r;
}
static inline double expo(double mean) { return -mean * log(1.0 - (next() >> 11) * 0x1.0p-53); }

typedef struct { double t; int who; } event;
static event heap[64];
static int size;
static void push(double t, int who) {
    int i = size++;
    while (i && heap[(i - 1) / 2].t > t) { heap[i] = heap[(i - 1) / 2]; i = (i - 1) / 2; }
    heap[i].t = t; heap[i].who = who;
}
static event pop(void) {
    event top = heap[0], last = heap[--size];
    int i = 0;
    for (;;) {
        int c = 2 * i + 1;
        if (c >= size) break;
        if (c + 1 < size && heap[c + 1].t < heap[c].t) c++;
        if (heap[c].t >= last.t) break;
        heap[i] = heap[c]; i = c;
    }
    heap[i] = last;
    return top;
}

static void queue(double until) {
    static double arrived[1 << 20];
    long head = 0, tail = 0, done = 0, mask = (1 << 20) - 1;
    double total = 0, now = 0;
    push(expo(1.0), 0);
    while (now <= until) {
        event e = pop();
        now = e.t;
        if (e.who == 0) {
            arrived[tail++ & mask] = now;
            push(now + expo(1.0), 0);
            if (tail - head == 1) push(now + expo(0.9), 1);
        } else {
            total += now - arrived[head++ & mask];
            done++;
            if (tail > head) push(now + expo(0.9), 1);
        }
    }
    printf("%ld %.6f\n", done, total / done);
}

enum { N = 10, B = 2 };
static int held[N], busy[N], blocked[N], down[N];
static double up[N], left[N], started[N], in_state[N][4], since[N];
static int failing, state[N];
static void show(int i, int to, double now) { in_state[i][state[i]] += now - since[i]; since[i] = now; state[i] = to; }
static void work(int i, double hours, double now) {
    if (failing && up[i] <= hours) { left[i] = hours - up[i]; down[i] = 1; push(now + up[i], i); return; }
    if (failing) up[i] -= hours;
    push(now + hours, i);
}
static void feed(int i, double now) {
    while (i >= 0 && !busy[i] && (i == 0 || held[i] > 0)) {
        busy[i] = 1; started[i] = now; show(i, 1, now);
        work(i, expo(1.0), now);
        if (i == 0) return;
        held[i]--;
        if (!blocked[i - 1]) return;
        blocked[i - 1] = 0; busy[i - 1] = 0; held[i]++; show(i - 1, 0, now);
        i--;
    }
}
static void line(double until) {
    long done = 0;
    double now = 0;
    for (int i = 0; i < N; i++) up[i] = expo(100.0);
    feed(0, 0.0);
    while (now <= until) {
        event e = pop();
        int i = e.who;
        now = e.t;
        if (down[i] == 1) { down[i] = 2; show(i, 3, now); push(now + expo(10.0), i); continue; }
        if (down[i] == 2) { down[i] = 0; up[i] = expo(100.0); show(i, 1, now); work(i, left[i], now); continue; }
        if (i == N - 1) { done++; busy[i] = 0; show(i, 0, now); feed(i, now); }
        else if (held[i + 1] < B || !busy[i + 1]) {
            held[i + 1]++; busy[i] = 0; show(i, 0, now); feed(i + 1, now); feed(i, now);
        } else { blocked[i] = 1; show(i, 2, now); }
    }
    printf("%ld %.6f\n", done, now);
}

int main(int argc, char **argv) {
    double until = argc > 2 ? atof(argv[2]) : 1e6;
    if (argc > 1 && strcmp(argv[1], "queue") == 0) { queue(until); return 0; }
    failing = argc > 1 && strcmp(argv[1], "breakdowns") == 0;
    line(until);
    return 0;
}
