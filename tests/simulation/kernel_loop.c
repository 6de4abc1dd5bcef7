/* The kernel's inner loop in plain C: a saturated line with blocking after service, whose stations may fail while they work, or (one
   station, with a source) a queue without limit. The streams' states and the ziggurat's tables come from a file; prints how
   many events there were, how many parts left, and when the last event was, to the bit.

   Written from what the kernel promises, not from its text: the calendar is scanned, units are counted and not kept. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

enum { MOST = 64 };
typedef struct { uint64_t word[4]; } stream;
static struct { int64_t stations, buffer, source, fails; double until, gap, service, up, repair, tail; } plant;
static int64_t inside[256];
static double width[256], density[257];
static stream services[MOST], ups[MOST], repairs[MOST], gaps;

static uint64_t rotated(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
static uint64_t next(stream *s) { /* xoshiro256++ */
    uint64_t *w = s->word, result = rotated(w[0] + w[3], 23) + w[0], t = w[1] << 17;
    w[2] ^= w[0]; w[3] ^= w[1]; w[1] ^= w[2]; w[0] ^= w[3]; w[2] ^= t; w[3] = rotated(w[3], 45);
    return result;
}
static double uniform(stream *s) { return (int64_t)(next(s) >> 11) * 0x1.0p-53; }
static double exponential(stream *s, double mean) { /* Marsaglia and Tsang's ziggurat of 256 layers */
    for (;;) {
        uint64_t word = next(s);
        int layer = word & 255;
        int64_t place = word >> 11;
        double x = place * width[layer];
        if (place < inside[layer]) return mean * x;
        if (layer == 0) return mean * (plant.tail - log(1.0 - uniform(s)));
        if (density[layer] + uniform(s) * (density[layer + 1] - density[layer]) < exp(-x)) return mean * x;
    }
}

enum { IDLE, WORKING, BLOCKED };
static int state[MOST], failing[MOST], down[MOST];
static int64_t waiting[MOST], events, parts;
static double due[MOST + 1], up_left[MOST], pending[MOST];

static void work(int i, double hours, double now) {
    failing[i] = plant.fails && up_left[i] <= hours;
    if (failing[i]) { pending[i] = hours - up_left[i]; hours = up_left[i]; }
    else if (plant.fails) up_left[i] -= hours;
    due[i] = now + hours;
}
static void begin(int i, double now) { state[i] = WORKING; work(i, exponential(&services[i], plant.service), now); }
static void pull(int i, double now) { /* station i is free: it takes a part, which makes room for the one held out to it */
    state[i] = IDLE;
    if (i == 0 && !plant.source) { begin(0, now); return; }
    int held_out = i > 0 && state[i - 1] == BLOCKED;
    if (waiting[i] + held_out == 0) return;
    waiting[i] += held_out - 1;
    begin(i, now);
    if (held_out) pull(i - 1, now);
}
static void finish(int i, double now) {
    if (i == plant.stations - 1) { parts++; pull(i, now); }
    else if (state[i + 1] == IDLE) { begin(i + 1, now); pull(i, now); }
    else if (waiting[i + 1] < plant.buffer) { waiting[i + 1]++; pull(i, now); }
    else state[i] = BLOCKED;
}
static void happen(int i, double now) {
    due[i] = INFINITY;
    if (i == plant.stations) {
        due[i] = now + exponential(&gaps, plant.gap);
        if (state[0] == IDLE) begin(0, now); else waiting[0]++;
    } else if (down[i]) {
        down[i] = 0;
        up_left[i] = exponential(&ups[i], plant.up);
        work(i, pending[i], now);
        due[i] = now + (due[i] - now); /* the work is set aside for the repair and taken up again */
    } else if (failing[i]) {
        down[i] = 1;
        due[i] = now + exponential(&repairs[i], plant.repair);
    } else finish(i, now);
}

int main(int argc, char **argv) {
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    int complete = file && fread(&plant, sizeof plant, 1, file) == 1 && fread(inside, sizeof inside, 1, file) == 1
        && fread(width, sizeof width, 1, file) == 1 && fread(density, sizeof density, 1, file) == 1
        && fread(&gaps, sizeof gaps, 1, file) == 1 && plant.stations <= MOST;
    for (int64_t i = 0; complete && i < plant.stations; i++)
        complete = fread(&services[i], sizeof(stream), 1, file) == 1 && fread(&ups[i], sizeof(stream), 1, file) == 1
            && fread(&repairs[i], sizeof(stream), 1, file) == 1;
    if (!complete) return 1;
    for (int64_t i = 0; i <= plant.stations; i++) due[i] = INFINITY;
    for (int64_t i = 0; plant.fails && i < plant.stations; i++) up_left[i] = exponential(&ups[i], plant.up);
    if (plant.source) due[plant.stations] = exponential(&gaps, plant.gap);
    else begin(0, 0.0);
    double last = 0.0;
    for (;;) {
        int first = 0;
        for (int i = 1; i <= plant.stations; i++) if (due[i] < due[first]) first = i;
        if (due[first] > plant.until) break;
        last = due[first];
        events++;
        happen(first, last);
    }
    printf("%ld %ld %a\n", (long)events, (long)parts, last);
    return 0;
}
