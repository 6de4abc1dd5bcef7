/* Hand-written loops for three models: an M/M/1 queue, a saturated line with blocking after service, with or without
   operation-dependent failures, and a factory of racks of 27 trays with rework, batches and a limit of power. Events in a binary heap, xoshiro256++, exponentials by the logarithm. Prints parts and clock. */
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
static inline double uniform(void) { return (next() >> 11) * 0x1.0p-53; }
static inline double expo(double mean) { return -mean * log(1.0 - (next() >> 11) * 0x1.0p-53); }

typedef struct { double t; int who; } event;
static event heap[256];
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

/* The factory: 12 benches for trays, 30 cells behind a buffer of 60, at most 81 trays in stock, 3 bays for racks (a rack that failed
   goes before a new one), 6 ovens behind a buffer of 12 that load 2 to 4 racks, or 1 that waited for 12 hours. */
enum { BENCH = 0, CELL = 12, BAY = 42, OVEN = 45, TIMER = 51, PLACES = 52 };
static double hours[PLACES][3], last_seen[PLACES], joined[16];
static int doing[PLACES], idle_cell[30], idle_cells, idle_bay[3], idle_bays, idle_oven[6], idle_ovens, loaded[PLACES];
static int held_bench[12], held_benches, held_cell[30], held_cells, held_bay[3], held_bays;
static int again, to_test, trays, rework, first_rack, racks, watts = 1600;
static long finished;
static void become(int who, int to, double now) { hours[who][doing[who]] += now - last_seen[who]; last_seen[who] = now; doing[who] = to; }
static void build_rack(double now);
static void load_ovens(double now);
static void start_bench(int who, double now) {
    if (again) again--;
    become(who, 1, now); push(now + expo(1.0), who);
}
static void start_cell(int who, double now) { become(who, 1, now); push(now + 2.0, who); }
static void free_cell(int who, double now) {
    if (!to_test) { become(who, 0, now); idle_cell[idle_cells++] = who; return; }
    to_test--;
    start_cell(who, now);
    if (held_benches) {
        int bench = held_bench[0];
        memmove(held_bench, held_bench + 1, --held_benches * sizeof *held_bench);
        to_test++;
        start_bench(bench, now);
    }
}
static void stock_tray(int cell, double now) { trays++; finished++; free_cell(cell, now); }
static void build_rack(double now) {
    while (idle_bays && (rework || trays >= 27)) {
        int bay = idle_bay[--idle_bays];
        become(bay, 1, now);
        if (rework) { rework--; push(now + expo(2.0), bay); continue; }
        trays -= 27;
        push(now + expo(6.0), bay);
        while (held_cells && trays < 81) {
            int cell = held_cell[0];
            memmove(held_cell, held_cell + 1, --held_cells * sizeof *held_cell);
            stock_tray(cell, now);
        }
    }
}
static void add_rack(double now) { joined[(first_rack + racks++) & 15] = now; if (racks == 1) push(now + 12.0, TIMER); }
static void load_ovens(double now) {
    while (idle_ovens && racks) {
        int least = joined[first_rack] + 12.0 <= now ? 1 : 2, load = racks < 4 ? racks : 4;
        if (load > watts / 132) load = watts / 132;
        if (load < least) return;
        int oven = idle_oven[--idle_ovens];
        watts -= 132 * load; loaded[oven] = load;
        racks -= load; first_rack = (first_rack + load) & 15;
        if (racks) push(joined[first_rack] + 12.0, TIMER);
        become(oven, 1, now); push(now + 24.0, oven);
        while (held_bays && racks < 12) {
            int bay = held_bay[0];
            memmove(held_bay, held_bay + 1, --held_bays * sizeof *held_bay);
            become(bay, 0, now); idle_bay[idle_bays++] = bay;
            add_rack(now);
        }
    }
}
static void factory_event(int who, double now) {
    if (who < CELL) {
        if (idle_cells) { start_cell(idle_cell[--idle_cells], now); start_bench(who, now); }
        else if (to_test < 60) { to_test++; start_bench(who, now); }
        else { become(who, 2, now); held_bench[held_benches++] = who; }
    } else if (who < BAY) {
        if (uniform() < 0.05) { again++; free_cell(who, now); }
        else if (trays < 81) { stock_tray(who, now); build_rack(now); }
        else { become(who, 2, now); held_cell[held_cells++] = who; }
    } else if (who < OVEN) {
        if (racks < 12) { become(who, 0, now); idle_bay[idle_bays++] = who; add_rack(now); load_ovens(now); build_rack(now); }
        else { become(who, 2, now); held_bay[held_bays++] = who; }
    } else {
        if (who < TIMER) {
            watts += 132 * loaded[who];
            for (int k = 0; k < loaded[who]; k++) if (uniform() < 0.08) rework++; else finished++;
            become(who, 0, now); idle_oven[idle_ovens++] = who;
        }
        load_ovens(now); build_rack(now);
    }
}
static void factory(double until) {
    for (int i = 0; i < 30; i++) idle_cell[idle_cells++] = CELL + 29 - i;
    for (int i = 0; i < 3; i++) idle_bay[idle_bays++] = BAY + 2 - i;
    for (int i = 0; i < 6; i++) idle_oven[idle_ovens++] = OVEN + 5 - i;
    for (int i = 0; i < 12; i++) start_bench(BENCH + i, 0.0);
    double now = 0;
    while (now <= until) { event e = pop(); now = e.t; factory_event(e.who, now); }
    printf("%ld %.6f\n", finished, now);
}

int main(int argc, char **argv) {
    double until = argc > 2 ? atof(argv[2]) : 1e6;
    if (argc > 1 && strcmp(argv[1], "queue") == 0) { queue(until); return 0; }
    if (argc > 1 && strcmp(argv[1], "factory") == 0) { factory(until); return 0; }
    failing = argc > 1 && strcmp(argv[1], "breakdowns") == 0;
    line(until);
    return 0;
}
