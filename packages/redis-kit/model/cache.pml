/*
 * The cache's protocol of strict reads, small enough to be searched to the end. README.md beside this file says what is
 * left out and how to run it. The rules CA1, CA2 ... are those of ../src/cache/SPEC.md.
 *
 * M1. No read that began after an answered write shows a state before that write: `answer` asserts it.
 *
 * -DRESTART adds restarts of the server with old data. The other names in #ifdef are mutants: each breaks one rule.
 */

#define READERS 2
#define PROCESSES 2
#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef RESTARTS
#define RESTARTS 1
#endif

/* M2. The row in the database is the number of commits so far; `answered` is the newest of them that was answered. */
byte row;
byte answered;

/*
 * M3. The versions of an entry's tags, the root among them, are one number: one MGET reads them, they are compared
 * together, and when one is renewed or evicted, all of them together are new or missing.
 */
#define MISSING 0

/* M4. An entry is a row and the version read before its load (CA1). The row is kept as row + 1. */
#define NOTHING 0
typedef Entry {
  byte value;
  byte version
};

/* The store, which all processes share. */
byte current;
Entry shared;

/* A process: its own copy of the entry, its batch of version reads, what the store answered, how far M5 has come. */
mtype = { NO_BATCH, OPEN, SENT, READY, UNCHECKED, OTHER_SERVER, RENEWED };
typedef Process {
  Entry copy;
  mtype batch = NO_BATCH;
  byte got;
#ifdef RESTART
  mtype link = READY
#endif
};
Process process[PROCESSES];

/* A read: its process, what was answered when it began, the version it was given, what its load in flight brought. */
typedef Read {
  byte at;
  byte floor;
  bool waits;
  byte seen;
  byte loaded
};
Read read[READERS];

#ifdef RESTART
/* M5. Which server this is, and the one that the entries were written to: each process that connects compares them. */
byte server = 1;
byte epoch = 1;

/* What the next restart brings back, once the server has saved it. */
byte oldCurrent;
Entry oldShared;
byte oldEpoch;
#endif

#define SET(entry, from) entry.value = from.value; entry.version = from.version

/* CA2, CA3: may `entry` be served to a read that was given `seen`? */
#if defined(NO_CHECK)
#define FITS(entry, seen) (entry.value != NOTHING)
#elif defined(MISSING_EQUALS_MISSING)
#define FITS(entry, seen) (entry.value != NOTHING && entry.version == seen)
#else
#define FITS(entry, seen) (entry.value != NOTHING && entry.version == seen && seen != MISSING)
#endif

/* CA3: a batch must know a version before its reads go on. */
#ifdef MISSING_EQUALS_MISSING
#define COMPLETE(version) true
#else
#define COMPLETE(version) (version != MISSING)
#endif

/* CA3: a new version is a number that nobody holds. */
#define NEW 15
#ifdef COUNTERS
#define RENEW() current = current + 1
#else
#define RENEW() current = NEW
#endif

/*
 * M6. After each step `tidy` gives states that nobody can tell apart one form: so reads and evictions go on for ever
 * in finitely many states. Versions are only compared: they are numbered anew, in the order in which they are held.
 * Unless PLAIN (ten times the states, the same result): an entry with a version that only entries hold can never be
 * served again, and is dropped; processes are alike, so the first read under way is in process 0.
 */
hidden byte names[NEW + 1];
hidden byte last;
hidden byte i;

#define NAME(version) \
  if :: version != MISSING && names[version] == 0 -> last++; names[version] = last :: else fi; version = names[version]
#ifdef PLAIN
#define NAME_OR_DROP(entry) NAME(entry.version)
#else
#define NAME_OR_DROP(entry) \
  if :: entry.version != MISSING && names[entry.version] == 0 -> entry.value = NOTHING :: else fi; \
  entry.version = names[entry.version]
#endif

#define UNDER_WAY(r) (read[r].waits || read[r].seen != MISSING)
#define SWAP(field)  i = process[0].field; process[0].field = process[1].field; process[1].field = i
inline order_processes() {
  if
  :: (UNDER_WAY(0) -> read[0].at == 1 : UNDER_WAY(1) && read[1].at == 1) ->
     SWAP(copy.value); SWAP(copy.version); SWAP(batch); SWAP(got);
#ifdef RESTART
     SWAP(link);
#endif
     for (i : 0 .. READERS - 1) { if :: UNDER_WAY(i) -> read[i].at = 1 - read[i].at :: else fi }
  :: else
  fi
}

inline tidy() {
#ifdef COUNTERS
  skip
#else
  d_step {
#ifndef PLAIN
    order_processes();
#endif
    NAME(current);
#ifdef RESTART
    NAME(oldCurrent);
#endif
    for (i : 0 .. READERS - 1) { NAME(read[i].seen) }
    for (i : 0 .. PROCESSES - 1) { NAME(process[i].got) }
    for (i : 0 .. PROCESSES - 1) { NAME_OR_DROP(process[i].copy) }
    NAME_OR_DROP(shared);
#ifdef RESTART
    NAME_OR_DROP(oldShared);
#endif
    for (i : 0 .. NEW) { names[i] = 0 }
    last = 0
  }
#endif
}

/* A write: commit, invalidate (CA4), answer. A kill may fall after the commit: then it is never answered. */
proctype Writer(byte commit) {
#if defined(INVALIDATED_BEFORE_COMMIT)
  atomic { row == commit - 1; RENEW(); tidy() };
  row = commit;
  answered = (commit > answered -> commit : answered)
#elif defined(ANSWERED_BEFORE_INVALIDATION)
  d_step { row == commit - 1; row = commit };
  answered = (commit > answered -> commit : answered);
  atomic { RENEW(); tidy() }
#else
  d_step { row == commit - 1; row = commit };
  if
  :: atomic { RENEW(); tidy() }; answered = (commit > answered -> commit : answered)
  :: true
  fi
#endif
}

#define mine    read[r]
#define another read[1 - r]
#define here    process[mine.at]

inline answer(brought) {
  assert(brought - 1 >= mine.floor);
  mine.at = 0; mine.floor = 0; mine.seen = MISSING; mine.loaded = NOTHING;
  tidy()
}

/* Reads, one after another, each in any process. */
proctype Reader(byte r) {
#ifdef TWO_VALUES
  byte value;
#endif
  end: do
  /* CA5: a read joins a batch that is not sent yet, or opens one. */
  :: atomic {
       if :: mine.at = 0 :: mine.at = 1 fi;
#ifndef JOINS_SENT_BATCH
       here.batch != SENT;
#endif
       if :: here.batch == NO_BATCH -> here.batch = OPEN :: else fi;
       mine.floor = answered;
       mine.waits = true;
       tidy()
     };
     !mine.waits;
     if
#ifdef RESTART
     /* CA10: the store gave no version: load, store nothing. */
     :: atomic { mine.seen == MISSING -> answer(row + 1) }
#endif
     /* CA2: the process's own copy fits, */
     :: atomic { FITS(here.copy, mine.seen) -> answer(here.copy.value) }
     /* or the store's, which came with the version or, to who waits for another's lease (CA14), later, */
#ifdef TWO_VALUES
     :: atomic { shared.value != NOTHING -> value = shared.value };
        if
        :: atomic { FITS(shared, mine.seen) -> answer(value); value = NOTHING }
        :: atomic { else -> answer(row + 1); value = NOTHING }
        fi
#else
     :: atomic { FITS(shared, mine.seen) -> SET(here.copy, shared); answer(shared.value) }
#endif
     /* or what another read's load in flight has brought (CA6). */
#ifdef ANY_LOAD_IN_FLIGHT
     :: atomic { another.loaded != NOTHING && another.at == mine.at -> answer(another.loaded) }
#else
     :: atomic { another.loaded != NOTHING && another.at == mine.at && another.seen == mine.seen ->
                 answer(another.loaded) }
#endif
     /* Nothing fits, or it has expired or been evicted: load, store (CA1), answer. */
     :: d_step { COMPLETE(mine.seen) -> mine.loaded = row + 1 };
#ifdef VERSION_AFTER_LOAD
        atomic { if :: current == MISSING -> RENEW() :: else fi; mine.seen = current; tidy() };
#endif
        atomic { here.copy.value = mine.loaded; here.copy.version = mine.seen; tidy() };
        atomic { shared.value = mine.loaded; shared.version = mine.seen; answer(mine.loaded) }
     fi
  od
}

/* CA11: may the process use the store? */
#if defined(RESTART) && !defined(USED_UNCHECKED)
#define USABLE(p) (process[p].link == READY)
#else
#define USABLE(p) true
#endif

/* A process's conversation with the store. */
proctype Client(byte p) {
  end: do
  :: atomic { process[p].batch == OPEN && USABLE(p) -> process[p].batch = SENT; process[p].got = current; tidy() }
#ifndef MISSING_EQUALS_MISSING
  /* CA3: what is missing is created, unless somebody has done so meanwhile (SET NX GET). */
  :: atomic {
       process[p].batch == SENT && process[p].got == MISSING ->
       if :: current == MISSING -> RENEW() :: else fi;
       process[p].got = current;
       tidy()
     }
#endif
  :: atomic {
       process[p].batch == SENT && COMPLETE(process[p].got) ->
       d_step {
         for (i : 0 .. READERS - 1) {
           if :: read[i].waits && read[i].at == p -> read[i].seen = process[p].got; read[i].waits = false :: else fi
         }
         process[p].got = MISSING;
         process[p].batch = NO_BATCH
       };
       tidy()
     }
#ifdef RESTART
  /* CA9: a server that is not the one that the entries were written to gets a new root, then its mark, then is used. */
  :: d_step { process[p].link == UNCHECKED -> process[p].link = (epoch == server -> READY : OTHER_SERVER) }
#if defined(NO_NEW_ROOT)
  :: d_step { process[p].link == OTHER_SERVER -> epoch = server; process[p].link = READY }
#elif defined(MARKED_BEFORE_NEW_ROOT)
  :: d_step { process[p].link == OTHER_SERVER -> epoch = server; process[p].link = RENEWED }
  :: atomic { process[p].link == RENEWED -> RENEW(); process[p].link = READY; tidy() }
#else
  :: atomic { process[p].link == OTHER_SERVER -> RENEW(); process[p].link = RENEWED; tidy() }
  :: d_step { process[p].link == RENEWED -> epoch = server; process[p].link = READY }
#endif
#endif
  od
}

/* The store evicts versions when it likes. (An evicted or expired entry is one that a read does not look at.) */
active proctype Evictor() {
  end: do
  :: atomic { current != MISSING -> current = MISSING; tidy() }
  od
}

#ifdef RESTART
/* The server saves its data once before it dies, when it likes, and comes back with that; connections are lost. */
active proctype Restarter() {
  end: do
  :: atomic {
       server <= RESTARTS && oldEpoch == 0 ->
       oldCurrent = current; SET(oldShared, shared); oldEpoch = epoch;
       tidy()
     }
  :: atomic {
       oldEpoch != 0 ->
       d_step {
         server++;
         current = oldCurrent; SET(shared, oldShared); epoch = oldEpoch;
         oldCurrent = MISSING; oldShared.value = NOTHING; oldShared.version = MISSING; oldEpoch = 0;
         for (i : 0 .. READERS - 1) {
           if :: read[i].waits && process[read[i].at].batch == SENT ->
              read[i].waits = false; read[i].at = 0
           :: else fi
         }
         for (i : 0 .. PROCESSES - 1) {
           process[i].link = UNCHECKED;
           if :: process[i].batch == SENT -> process[i].batch = NO_BATCH; process[i].got = MISSING :: else fi
         }
       };
       tidy()
     }
  od
}
#endif

init {
  /* The writers before what never ends: so their ends are no states of their own. */
  atomic {
    for (i : 1 .. WRITERS) { run Writer(i) }
    run Reader(0); run Reader(1);
    run Client(0); run Client(1)
  }
}
