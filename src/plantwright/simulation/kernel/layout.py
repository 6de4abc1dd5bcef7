"""The kernel's memory: what each column of each table holds, and the tuple that carries all tables.

Integer and float columns of one entity lie in two arrays; a row is an entity. Nothing here computes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Words = NDArray[np.uint64]

NONE = -1
SCRAP = -1  # a target below zero leaves the route: -1 is scrap, -2 - e is exit row e
FIRST_EXIT = -2

# Operations: what is done to a unit at one work centre.
O_CENTRE, O_TIME, O_OUT0, O_OUT1, O_NEED0, O_NEED1, O_USE0, O_USE1 = range(8)
O_BATCH_MIN, O_BATCH_MAX, O_HEAD, O_TAIL, O_QUEUED, O_CAUSE, O_ITEM, O_SERVICE_STREAM = range(8, 16)
O_OUTCOME_STREAM, O_SATURATED, O_FAMILY, O_TIMER, O_CAUSE0, O_TICKET, O_ACTIVE, O_TRACKED = range(16, 24)
O_OVERDUE, O_DONE, O_PLAIN, O_SORTED, O_LOAD, O_CAUSES, O_STARTED, O_ARRIVES = range(24, 32)
O_COLUMNS = 32

OF_LONGEST_WAIT, OF_LEARNING, OF_SINCE, OF_MEAN, OF_FLOOR, OF_LEFT = range(6)
OF_COLUMNS = 8

# Outcomes of an operation, in order of their cumulative probability.
R_TARGET, R_LOOPS, R_BEYOND, R_SCRAPS = range(4)
RF_CUMULATIVE, RF_START, RF_DECAY = range(3)

# Work centres: groups of like stations with one buffer before them.
W_OP0, W_OP1, W_BUFFER, W_QUEUED, W_IDLE_HEAD, W_IDLE, W_OPEN, W_AMPLE = range(8)
W_STATION0, W_STATION1, W_INSTALLED, W_BLOCK_HEAD, W_BLOCK_TAIL, W_BLOCKED, W_DIRTY, W_CAUSE = range(8, 16)
W_FAILS, W_UP_TIME, W_REPAIR_TIME, W_ATTENDED, W_SETUP, W_REPAIR_OP, W_HEAP, W_SLOT = range(16, 24)
W_ACTIVE, W_RULE, W_FAMILIES, W_AVAILABLE, W_QUICK = range(24, 29)
W_COLUMNS = 32
WF_IDLE_SINCE = 0
# How quickly a centre takes units: always by its queue; at once where a station is idle; the same with one operation
# only, and that one never short of units.
QUEUES, AT_ONCE, ONE_OPERATION, SATURATED = range(4)

FAILS_NEVER, FAILS_BUSY, FAILS_ALWAYS = range(3)
RULE_FIFO, RULE_PRIORITY, RULE_DUE, RULE_SHORTEST, RULE_RATIO = range(5)

# Stations.
S_CENTRE, S_OP, S_UNIT, S_STATE, S_LINK, S_PHASE, S_DOWN, S_LISTED = range(8)
S_FAMILY, S_PAUSED, S_STREAM, S_CLOCK, S_RETIRES, S_SHOWN, S_COUNT, S_TARGET = range(8, 16)
S_COLUMNS = 16
SF_SINCE, SF_REMAINING, SF_UP_LEFT, SF_PENDING = range(4)

PHASE_WORK, PHASE_FAIL, PHASE_REPAIR, PHASE_SETUP = range(4)

# States of a station, as shown in the statistics; STARVED + s waits for stock s, then come the resources.
BUSY, SETUP, BLOCKED, DOWN, OFF_SHIFT, IDLE, BATCHING, ABSENT, STARVED = range(9)

# Why the head of an operation's queue does not start; then its components, then its resources.
C_STATION, C_OFF_SHIFT, C_ABSENT, C_BATCH, C_FIRST_NEED = range(5)
# Per work centre in a tracked unit's account: the four above, then work and blocking.
A_PROCESS, A_BLOCKED, A_PER_CENTRE = 4, 5, 6

# Units.
U_OP, U_LOOPS, U_LINK, U_CHILD, U_SEQUENCE, U_DEMAND, U_ACCOUNT, U_SERIAL = range(8)
UF_KEY, UF_QUEUED, UF_CREATED, UF_DUE, UF_PRIORITY, UF_MARK = range(6)
UF_COLUMNS = 8

# Stocks, resources, sources, exits, demands.
K_BLOCK_HEAD, K_BLOCK_TAIL, K_BLOCKED, K_USER0, K_USER1, K_ORDER_OP = range(6)
K_COLUMNS = 6
KF_LEVEL, KF_CAPACITY, KF_SINCE, KF_AT, KF_UP_TO, KF_ON_ORDER, KF_ACCEPTED, KF_LEAST = range(8)
KF_COLUMNS = 8
Q_FIRST_FIT = 0
Y_RESOURCE, Y_PER_UNIT, Y_KEPT = range(3)
QF_CAPACITY, QF_USED, QF_SINCE, QF_PEAK = range(4)
N_OP, N_TIME, N_STREAM, N_SIZE, N_LOSES, N_LEFT, N_LINK, N_UNIT, N_SLOT = range(9)
NF_PRIORITY, NF_DUE_AFTER = range(2)
X_POOL, X_OUT0, X_OUT1 = range(3)
NO_POOL, REPAIRED, DELIVERED, SCRAPPED = -1, -2, -3, -4
D_POOL, D_OP, D_LEFT, D_QUANTITY = range(4)
DF_PRIORITY, DF_DUE, DF_FIRST, DF_LAST = range(4)
LATE_UNITS, LATE_HOURS, LATE_FIRST_CAUSE = range(3)
P_OPEN0, P_OPEN, P_HEAD, P_TAIL, P_WAITING = range(5)
E_OP, E_QUANTITY, E_DEMAND = range(3)
EF_PRIORITY, EF_DUE = range(2)

# Slots of the event calendar; a scan of few finds the first sooner than the winner tree.
SCAN_LIMIT = 6
SLOT_STATION, SLOT_CLOCK, SLOT_SOURCE, SLOT_AMPLE, SLOT_TIMER = range(5)

# Rows of the timeline, in the order in which equal times happen.
L_PERIOD, L_TIME, L_CAPACITY, L_STATIONS, L_SHIFT, L_STOCK, L_DEMAND, L_RELEASE = range(8)
LF_TIME, LF_VALUE = range(2)
L_KIND, L_PLACE = range(2)

# Distributions.
T_FIXED, T_EXPONENTIAL, T_UNIFORM, T_TABLE, T_LOGNORMAL, T_ERLANG, T_WEIBULL, T_DISCRETE, T_MIXTURE = range(9)

# The header: counters and clock of the run.
G_FREE, G_FREE_COUNT, G_SERIAL, G_SEQUENCE, G_TICKET, G_LINE, G_PERIOD, G_EVENTS = range(8)
G_AGENDA0, G_AGENDA, G_WAITERS, G_TRACE, G_TRACED, G_ACCOUNTS, G_MARGIN, G_TRACE_MARGIN = range(8, 16)
G_COLUMNS = 16
GF_NOW = 0

# What a call of the kernel comes back with.
DONE, NEED_UNITS, NEED_ACCOUNTS, NEED_TRACE, QUIET = range(5)

# Counts per operation and period; flow per item and period.
N_STARTED, N_GOOD, N_REWORK, N_SCRAP = range(4)
F_AREA, F_LEFT, F_TIME, F_TIME2, F_LOST, F_CREATED = range(6)

# Trace records.
V_CREATE, V_START, V_FINISH, V_STOCK, V_RESOURCE, V_LEAVE, V_STATE, V_DEMAND, V_CAPACITY = range(9)


class Floor(NamedTuple):
    """All tables of one replication: those that describe the plant and those that hold its state.

    Arrays are C-contiguous int64, float64 or uint64; the columns are named in this module. A compressed list is an
    array with the bounds of each owner's slice held in the owner's row.
    """

    ops: Ints
    opf: Floats
    outcomes: Ints
    outcomef: Floats
    needs: Ints
    needf: Floats
    uses: Ints
    usef: Floats
    centres: Ints
    centref: Floats
    setups: Floats
    stations: Ints
    stationf: Floats
    stocks: Ints
    stockf: Floats
    users: Ints
    resources: Ints
    resourcef: Floats
    sources: Ints
    sourcef: Floats
    exits: Ints
    outputs: Ints
    outputf: Floats
    demands: Ints
    demandf: Floats
    pools: Ints
    open_demands: Ints
    orders: Ints
    orderf: Floats
    line: Ints
    linef: Floats
    times: Ints
    timef: Floats
    table: Floats
    streams: Words
    slots: Ints
    due: Floats
    tree: Ints
    earliest: Floats
    agenda: Ints
    waiters: Ints
    cause_of: Ints
    clock: Floats
    units: Ints
    unitf: Floats
    account: Floats
    snapshot: Floats
    account_free: Ints
    state_hours: Floats
    wait_hours: Floats
    counts: Ints
    flow: Floats
    in_system: Ints
    flow_since: Floats
    stock_hours: Floats
    resource_hours: Floats
    shipped: Ints
    arrived: Ints
    late: Floats
    trace: Ints
    tracef: Floats
    head: Ints
    clockf: Floats
